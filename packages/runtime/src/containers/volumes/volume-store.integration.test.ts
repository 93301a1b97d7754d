import { spawnSync } from "node:child_process"
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { randomIds, systemClock } from "../../kernel/clock.js"
import { getAttribute, setAttribute } from "../../kernel/file-calls.js"
import type { EngineContext, VolumeStore } from "../engine-context.js"
import { createVolumeStore } from "./volume-store.js"

const idRange = { uidBase: 500_000, gidBase: 500_000, size: 65_536 }
let directory: string
let usedBy: Record<string, string[]>
let store: VolumeStore
const image = (): string => join(directory, "image")

beforeEach(async () => {
  directory = await mkdtemp("/var/tmp/plimsoll-test-")
  usedBy = {}
  mkdirSync(join(image(), "data/sub"), { recursive: true })
  writeFileSync(join(image(), "data/file"), "content")
  store = await openStore()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function openStore(): Promise<VolumeStore> {
  return createVolumeStore({
    paths: { volumes: join(directory, "volumes"), volumeMounts: join(directory, "mounts") } as EngineContext["paths"],
    clock: systemClock,
    ids: randomIds,
    containers: { usingVolume: (name) => usedBy[name] ?? [] } as EngineContext["containers"],
    events: { emit: async () => undefined, append: async () => undefined, forget: () => undefined },
    thinDisks: { status: "missing", detail: "Not in this test." },
  })
}

async function filled(target = "/data"): Promise<string> {
  await store.ensure({ name: "v", tenant: "acme", idRange })
  await store.populate({ name: "v", rootfs: image(), target })
  return store.hostPath("v")
}

describe("a new volume", () => {
  it("belongs to the root of the tenant's range", async () => {
    await store.ensure({ name: "v", tenant: "acme", idRange })
    expect(lstatSync(store.hostPath("v"))).toMatchObject({ uid: 500_000, gid: 500_000 })
  })

  it("takes files, links, owners, modes and capabilities of the image", async () => {
    symlinkSync("/etc/passwd", join(image(), "data/link"))
    chownSync(join(image(), "data/file"), 501_000, 501_001)
    spawnSync("ln", [join(image(), "data/file"), join(image(), "data/sub/hard")])
    setAttribute(join(image(), "data/file"), "user.note", Buffer.from("kept"))
    const path = await filled()
    expect(readFileSync(join(path, "file"), "utf8")).toBe("content")
    expect(lstatSync(join(path, "file"))).toMatchObject({ uid: 501_000, gid: 501_001, nlink: 2 })
    expect(lstatSync(join(path, "link")).isSymbolicLink()).toBe(true)
    expect(getAttribute(join(path, "file"), "user.note")?.toString()).toBe("kept")
  })

  it("takes no device node and no pipe", async () => {
    spawnSync("mknod", [join(image(), "data/disk"), "b", "8", "0"])
    spawnSync("mkfifo", [join(image(), "data/pipe")])
    expect(readdirSync(await filled()).sort()).toEqual(["file", "sub"])
  })

  it("is never filled from the host, whatever links the image has", async () => {
    mkdirSync(join(directory, "host-secret"))
    writeFileSync(join(directory, "host-secret/secret"), "secret")
    symlinkSync(join(directory, "host-secret"), join(image(), "absolute"))
    symlinkSync("../host-secret", join(image(), "relative"))
    for (const target of ["/absolute", "/relative", "/../host-secret"]) expect(readdirSync(await filled(target))).toEqual([])
  })

  it("is filled once: what the first container deleted stays deleted", async () => {
    const path = await filled()
    await rm(join(path, "file"))
    await rm(join(path, "sub"), { recursive: true })
    expect(readdirSync(await filled())).toEqual([])
  })

  it("that was being filled when the engine died is filled at the next start", async () => {
    await store.ensure({ name: "v", tenant: "acme", idRange })
    mkdirSync(join(directory, "volumes/v/_filling"))
    writeFileSync(join(directory, "volumes/v/_filling/half"), "")
    store = await openStore()
    await store.sweep(new Set())
    expect(readdirSync(await filled()).sort()).toEqual(["file", "sub"])
    expect(existsSync(join(directory, "volumes/v/_filling"))).toBe(false)
  })
})

describe("the store", () => {
  it("knows its volumes again", async () => {
    await store.create({ name: "v", tenant: "acme", labels: { a: "1" } })
    expect(await (await openStore()).inspect("v")).toMatchObject({ name: "v", tenant: "acme", labels: { a: "1" } })
  })

  it("keeps tenants apart", async () => {
    await store.create({ name: "v", tenant: "acme" })
    await expect(store.create({ name: "v", tenant: "other" })).rejects.toMatchObject({ code: "name_in_use" })
    await expect(store.ensure({ name: "v", tenant: "other", idRange })).rejects.toMatchObject({ code: "conflict" })
  })

  it("of many that create one volume at once makes one", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => store.create({ name: "v", tenant: "acme" })))
    expect(new Set(made.map((volume) => volume.createdAt)).size).toBe(1)
  })

  it("refuses to remove what is used, then removes it without following links", async () => {
    writeFileSync(join(directory, "canary"), "alive")
    const path = await filled()
    symlinkSync(directory, join(path, "out"))
    usedBy = { v: ["c".repeat(64)] }
    await expect(store.remove("v")).rejects.toMatchObject({ code: "volume_in_use" })
    usedBy = {}
    await store.remove("v")
    expect(readdirSync(join(directory, "volumes"))).toEqual([])
    expect(readFileSync(join(directory, "canary"), "utf8")).toBe("alive")
    await expect(store.remove("v")).rejects.toMatchObject({ code: "not_found" })
    await store.remove("v", { force: true })
  })

  it("removes anonymous volumes with their container, unless they were given up", async () => {
    for (const [name, owner] of [
      ["a", "c1"],
      ["b", "c2"],
      ["kept", "c3"],
    ] as const)
      await store.ensure({ name, tenant: "acme", idRange, anonymousFor: owner })
    await store.removeAnonymous("c1")
    await store.disown("c3")
    store = await openStore()
    expect((await store.list()).map((volume) => volume.name).sort()).toEqual(["b", "kept"])
    await store.sweep(new Set(["c9"]))
    expect((await store.list()).map((volume) => volume.name)).toEqual(["kept"])
  })

  it("sweeps what a crash left half made and half removed", async () => {
    for (const name of [".new-x", ".removing-y", "no-record"]) mkdirSync(join(directory, "volumes", name, "_data"), { recursive: true })
    store = await openStore()
    await store.sweep(new Set())
    expect(readdirSync(join(directory, "volumes"))).toEqual([])
  })

  it("refuses a record that it cannot read, naming the file", async () => {
    await store.create({ name: "v" })
    writeFileSync(join(directory, "volumes/v/volume.json"), "{")
    await expect(openStore()).rejects.toMatchObject({ code: "state_corrupt", facts: { path: join(directory, "volumes/v/volume.json") } })
  })
})
