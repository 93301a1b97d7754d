import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { RegistrySummary } from "../../contract/registries.js"
import { everythingIn, type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createSecretBox } from "../secrets/secret-box.js"
import { createRegistries } from "./create-registries.js"
import type { Registries } from "./registries.js"

const PASSWORD = "hunter2-of-the-registry"
const credentials = { username: "ada", password: PASSWORD }
const plain = { plainHttp: false, mirrors: [] }
const box = createSecretBox("a secret that is long enough for this")

let place: TemporaryDatabase
let registries: Registries
let time: number
beforeEach(async () => {
  place = await temporaryDatabase()
  time = 1_000_000
  registries = createRegistries({ database: place.database, secretBox: box, now: () => time })
})
afterEach(() => place.remove())

describe("a registry", () => {
  it("is kept with its settings, and its password comes out for transfers alone", async () => {
    const added = await registries.add({ registry: "ghcr.io", credentials, plainHttp: true, mirrors: ["https://mirror.test"] })
    const summary: RegistrySummary = {
      registry: "ghcr.io",
      username: "ada",
      plainHttp: true,
      mirrors: ["https://mirror.test"],
      changedAt: 1_000_000,
    }
    expect(added).toEqual(summary)
    expect(await registries.list()).toEqual([summary])
    expect(await registries.credentialsFor("ghcr.io")).toEqual(credentials)
    expect(await registries.settings()).toEqual({ plainHttp: ["ghcr.io"], mirrors: { "ghcr.io": ["https://mirror.test"] } })
  })

  it("changes: credentials stay when nothing is said of them, and are forgotten when that is said", async () => {
    await registries.add({ registry: "ghcr.io", credentials, ...plain })
    time += 1000
    expect(await registries.change({ registry: "ghcr.io", plainHttp: true, mirrors: [] })).toMatchObject({
      username: "ada",
      plainHttp: true,
      changedAt: 1_001_000,
    })
    expect(await registries.credentialsFor("ghcr.io")).toEqual(credentials)
    await registries.change({ registry: "ghcr.io", credentials: { ...credentials, password: "another" }, ...plain })
    expect(await registries.credentialsFor("ghcr.io")).toEqual({ username: "ada", password: "another" })
    expect(await registries.change({ registry: "ghcr.io", credentials: null, ...plain })).toMatchObject({ username: null })
    expect(await registries.credentialsFor("ghcr.io")).toBeUndefined()
  })

  it("is added once, also by ten at the same time; changing one that is not there is refused, removing it is not", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => registries.add({ registry: "ghcr.io", ...plain })))
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []))
    expect(refused).toHaveLength(9)
    for (const reason of refused) expect(reason).toMatchObject({ code: "name_in_use" })
    await expect(registries.change({ registry: "quay.io", ...plain })).rejects.toMatchObject({ code: "not_found" })
    await registries.remove("ghcr.io")
    await registries.remove("ghcr.io")
    expect(await registries.list()).toEqual([])
  })

  it("has one name, however it is written", async () => {
    await registries.add({ registry: "registry-1.docker.io", credentials, ...plain })
    for (const registry of ["docker.io", "index.docker.io", "Docker.io"])
      await expect(registries.add({ registry, ...plain })).rejects.toMatchObject({ code: "name_in_use" })
    expect(await registries.credentialsFor("docker.io")).toEqual(credentials)
    expect(await registries.add({ registry: "Registry.Example.com:5000", ...plain })).toMatchObject({
      registry: "registry.example.com:5000",
    })
    for (const registry of ["localhost", "localhost:5000", "[::1]:5000", "10.0.0.1"])
      expect(await registries.add({ registry, ...plain })).toMatchObject({ registry })
  })

  it.each(["registry", "example.com:99999", "a_b.example"])("“%s” is refused with what to write instead", async (registry) => {
    await expect(registries.add({ registry, ...plain })).rejects.toMatchObject({
      code: "invalid_argument",
      publicMessage: expect.stringContaining(registry),
    })
  })
})

describe("a kept password", () => {
  it("lies sealed in the database, for its own registry alone", async () => {
    await registries.add({ registry: "ghcr.io", credentials, ...plain })
    const kept = await everythingIn(place.url)
    expect(kept).toContain("ghcr.io")
    expect(kept.includes(PASSWORD)).toBe(false)
    const { password } = await place.database.prisma.registry.findUniqueOrThrow({ where: { registry: "ghcr.io" } })
    await registries.add({ registry: "evil.test", credentials: { username: "eve", password: "x" }, ...plain })
    await place.database.prisma.registry.update({ where: { registry: "evil.test" }, data: { password } })
    await expect(registries.credentialsFor("evil.test")).rejects.toMatchObject({ code: "state_corrupt" })
  })

  it("that was sealed under another secret is told from none, and the list still works", async () => {
    await registries.add({ registry: "ghcr.io", credentials, ...plain })
    const elsewhere = createRegistries({
      database: place.database,
      secretBox: createSecretBox("the secret of another installation"),
      now: Date.now,
    })
    await expect(elsewhere.credentialsFor("ghcr.io")).rejects.toMatchObject({
      code: "state_corrupt",
      publicMessage: expect.stringContaining("Enter it again"),
    })
    expect(await elsewhere.list()).toHaveLength(1)
    await elsewhere.change({ registry: "ghcr.io", credentials, ...plain })
    expect(await elsewhere.credentialsFor("ghcr.io")).toEqual(credentials)
  })
})
