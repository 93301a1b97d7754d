import type { RegistrySummary } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { changedRegistryOf, emptyRegistryForm, newRegistryOf, type RegistryForm, registryProblems } from "./registry-form"

const known: RegistrySummary = {
  registry: "registry.example:5000",
  username: "ada",
  plainHttp: true,
  mirrors: ["https://mirror.example"],
  changedAt: 1,
}
const fresh = (change: Partial<RegistryForm>) => ({ ...emptyRegistryForm(null, "registry.example:5000"), ...change })
const changed = (change: Partial<RegistryForm>) => ({ ...emptyRegistryForm(known, ""), ...change })
const problems = (form: RegistryForm, of: RegistrySummary | null) => registryProblems(form, of).map(({ field, key }) => `${field}: ${key}`)

test.each([
  [{}, []],
  [{ registry: "https://registry.example/v2" }, ["registry: registryInvalid"]],
  [{ username: "ada" }, ["password: passwordMissing"]],
  [{ password: "secret" }, ["username: usernameMissing"]],
  [{ username: "ada", password: "secret" }, []],
  [{ mirrors: "https://a.example\n\nhttp://b.example" }, []],
  [{ mirrors: "a.example" }, ["mirrors: mirrorsInvalid"]],
  [{ mirrors: "https://a.example\n".repeat(9) }, ["mirrors: mirrorsInvalid"]],
])("of a new registry, %j is told beside its field: %j", (change, expected) => expect(problems(fresh(change), null)).toEqual(expected))

test("an empty password keeps the one that is there", () => {
  expect(problems(changed({}), known)).toEqual([])
  expect(changedRegistryOf(changed({ mirrors: "" }), known)).toEqual({ registry: known.registry, plainHttp: true, mirrors: [] })
})

test("another user's password has to be typed: the one that is kept is not theirs", () =>
  expect(problems(changed({ username: "grace" }), known)).toEqual(["password: passwordMissingForName"]))

test("credentials are forgotten on request, or when the user name is emptied", () => {
  for (const change of [{ forget: true }, { username: "" }]) {
    expect(problems(changed(change), known)).toEqual([])
    expect(changedRegistryOf(changed(change), known)).toMatchObject({ credentials: null })
  }
})

test("what was typed is what is kept", () => {
  expect(newRegistryOf(fresh({ username: "ada", password: "secret" }))).toEqual({
    registry: "registry.example:5000",
    plainHttp: false,
    mirrors: [],
    credentials: { username: "ada", password: "secret" },
  })
  expect(newRegistryOf(fresh({}))).not.toHaveProperty("credentials")
  expect(changedRegistryOf(changed({ username: "grace", password: "hopper" }), known)).toMatchObject({
    credentials: { username: "grace", password: "hopper" },
  })
})
