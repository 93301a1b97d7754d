import { describe, expect, it } from "vitest"
import { refuseWeakPassword, weaknessOf } from "./password-strength.js"

describe("a password", () => {
  it.each([
    ["password123", "It is on the lists that guessing programs begin with."],
    ["qwertyuiop", "It is one of the hundred most used passwords."],
    ["aaaaaaaaaaaa", "It repeats a character."],
    ["ab1!ab1!ab1!", "It repeats itself."],
    ["anna.owner12", "It is made of the names of the account, the tenant or this console."],
    ["acme-hosting1", "It is made of the names of the account, the tenant or this console."],
    ["plimsoll99", "It is made of the names of the account, the tenant or this console."],
  ])("such as %s is refused with its reason", async (password, reason) => {
    expect(await weaknessOf(password, ["anna.owner", "acme-hosting"])).toBe(reason)
  })

  it("of words that have nothing to do with each other is taken", async () => {
    expect(await weaknessOf("harbour-lantern-gravel-41", ["anna"])).toBeUndefined()
    await refuseWeakPassword("harbour-lantern-gravel-41", { names: [], field: "password" })
  })

  it("is refused in words that say what to do, and without the password", async () => {
    const refused: unknown = await refuseWeakPassword("password123", { names: [], field: "newPassword" }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: "invalid_argument", facts: { field: "newPassword" } })
    expect(String(refused)).toMatch(/Take three or four words/)
    expect(String(refused)).not.toContain("password123")
  })

  it("of the greatest length takes no long look", async () => {
    await weaknessOf("warm up", [])
    const hard = Array.from({ length: 256 }, (_, at) => String.fromCharCode(33 + ((at * 37) % 90))).join("")
    const begin = performance.now()
    expect(await weaknessOf(hard, [])).toBeUndefined()
    expect(await weaknessOf("ab1!".repeat(64), [])).toBeDefined()
    expect(performance.now() - begin).toBeLessThan(5000)
  })
})
