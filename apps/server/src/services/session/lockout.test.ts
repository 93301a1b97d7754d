import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createLockout, LOCKOUT_TRIES, type Verdict } from "./lockout.js"
import { newAccount } from "./new-account.js"

const MINUTE_MS = 60_000
let temporary: TemporaryDatabase
let now = 1_000_000_000_000
beforeEach(async () => {
  temporary = await temporaryDatabase()
  await temporary.database.prisma.user.create({
    data: newAccount({ username: "Anna", name: "Anna", role: "operator", tenant: null, passwordHash: "" }),
  })
})
afterEach(() => temporary.remove())

function setUp() {
  const lockout = createLockout({ prisma: temporary.database.prisma, now: () => now })
  let looks = 0
  const attempt = (verdict: Verdict, username = "anna") =>
    lockout.attempt(username, async () => {
      looks++
      return { verdict, value: verdict }
    })
  return {
    attempt,
    looks: () => looks,
    fail: async (times: number, username?: string) => {
      for (let time = 0; time < times; time++) await attempt("wrong", username)
    },
    /** Seconds that it has to wait; 0: none. */
    wait: async (username?: string) => {
      try {
        await attempt("undecided", username)
        return 0
      } catch (error) {
        return (error as { facts: { waitSeconds: number } }).facts.waitSeconds
      }
    },
  }
}

describe("the lock-out", () => {
  it.each(["anna", "nobody"])(
    "makes %s wait a minute after five wrong ones, then twice as long each time, an hour at most",
    async (username) => {
      const { fail, wait } = setUp()
      await fail(LOCKOUT_TRIES - 1, username)
      expect(await wait(username)).toBe(0)
      await fail(1, username)
      const waits: number[] = []
      for (let time = 0; time < 8; time++) {
        const seconds = await wait(username)
        waits.push(seconds)
        now += seconds * 1000
        await fail(1, username)
      }
      expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600])
    },
  )

  it("looks at nothing while the account waits, whatever the letter case, and at a right one afterwards, which begins anew", async () => {
    const { attempt, fail, looks, wait } = setUp()
    await fail(LOCKOUT_TRIES)
    await expect(attempt("right", "ANNA")).rejects.toMatchObject({ code: "permission_denied", facts: { waitSeconds: 60 } })
    expect(looks()).toBe(LOCKOUT_TRIES)
    now += MINUTE_MS
    expect(await attempt("right")).toBe("right")
    await fail(LOCKOUT_TRIES - 1)
    expect(await wait()).toBe(0)
  })

  it("counts tries that come together one by one", async () => {
    const { attempt, looks } = setUp()
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => attempt("wrong")))
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(LOCKOUT_TRIES)
    expect(looks()).toBe(LOCKOUT_TRIES)
  })

  it("says the same of a name that does not exist", async () => {
    const { fail, attempt } = setUp()
    await fail(LOCKOUT_TRIES)
    await fail(LOCKOUT_TRIES, "nobody")
    const refusals = await Promise.all(
      ["anna", "nobody"].map((username) => attempt("right", username).catch((error: unknown) => String(error))),
    )
    expect(refusals[0]).toBe(refusals[1])
    expect(refusals[0]).not.toMatch(/anna|nobody/)
  })

  it("outlives a restart, and counts what is undecided neither way", async () => {
    await setUp().fail(LOCKOUT_TRIES - 1)
    const restarted = setUp()
    await restarted.attempt("undecided")
    await restarted.fail(1)
    expect(await setUp().wait()).toBe(60)
  })

  it("makes nobody wait longer when the clock is set back", async () => {
    const { fail, wait } = setUp()
    await fail(LOCKOUT_TRIES)
    now -= 24 * 60 * MINUTE_MS
    expect(await wait()).toBe(3600)
    now += 60 * MINUTE_MS
    expect(await wait()).toBe(0)
  })
})
