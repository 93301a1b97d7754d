import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import { systemClock } from "../kernel/clock.js"
import { ContainerStore } from "./container-store.js"
import type { EnginePaths } from "./engine-context.js"
import type { PendingEvent } from "./pending-event.js"
import { testRecord } from "./test-record.js"

const report = { warn: () => undefined, error: () => undefined }
let directory: string
let paths: EnginePaths
let recorded: PendingEvent[]
let refuse: boolean

const events = {
  append: async (event: PendingEvent) => {
    if (refuse) throw new EngineError("disk_full")
    if (!recorded.some(({ key }) => key === event.key)) recorded.push(event)
  },
  emit: async () => undefined,
  forget: () => undefined,
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "store-"))
  const container = (id: string): string => join(directory, "containers", id)
  paths = {
    root: directory,
    run: directory,
    containers: join(directory, "containers"),
    events: "",
    tenants: "",
    content: "",
    images: "",
    layers: "",
    snapshots: "",
    volumes: "",
    volumeMounts: "",
    networks: "",
    checkpoints: "",
    nameServer: "",
    container,
    logDirectory: (id) => join(container(id), "log"),
    logFile: (id) => join(container(id), "log/current"),
    rootfs: (id) => id,
  }
  recorded = []
  refuse = false
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

const open = () => ContainerStore.open({ paths, clock: systemClock, events, report })
const id = (digit: string): string => digit.repeat(64)

describe("ContainerStore", () => {
  it("of a hundred claims of one name exactly one wins, the others are told name_in_use", async () => {
    const { store } = await open()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, async (_, index) => {
        const own = index.toString(16).padStart(64, "0")
        store.names.claim("operator", "web", own)
        await store.insert(testRecord({ id: own }), [{ action: "create" }])
      }),
    )
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))
    expect(refused).toHaveLength(99)
    expect(refused.every((error) => error instanceof EngineError && error.code === "name_in_use")).toBe(true)
    expect(await readdir(paths.containers)).toHaveLength(1)
    expect(recorded).toHaveLength(1)
  })

  it("finds by id, name and unique prefix, and tells an ambiguous one", async () => {
    const { store } = await open()
    for (const [digit, name] of [
      ["a", "one"],
      ["b", "two"],
    ] as const) {
      store.names.claim("operator", name, id(digit))
      await store.insert(testRecord({ id: id(digit), name }), [])
    }
    store.names.claim("operator", "three", `${"a".repeat(63)}b`)
    await store.insert(testRecord({ id: `${"a".repeat(63)}b`, name: "three" }), [])
    expect(store.find("two").id).toBe(id("b"))
    expect(store.find("bbbb").name).toBe("two")
    expect(store.find(id("a")).name).toBe("one")
    expect(() => store.find("aaaa")).toThrow(expect.objectContaining({ code: "conflict" }))
    expect(() => store.find("bbb")).toThrow(expect.objectContaining({ code: "not_found" }))
  })

  it("lets each tenant have a container of the same name; the operator's goes first, of several others none", async () => {
    const { store } = await open()
    const add = async (digit: string, tenant: string) => {
      store.names.claim(tenant, "web", id(digit))
      await store.insert(testRecord({ id: id(digit), name: "web", tenant }), [])
    }
    await add("a", "acme")
    expect(store.find("web").id).toBe(id("a"))
    await add("b", "beta")
    expect(() => store.find("web")).toThrow(expect.objectContaining({ code: "conflict" }))
    await add("c", "operator")
    expect(store.find("web").id).toBe(id("c"))
    for (const digit of ["c", "b"]) {
      const record = store.find(id(digit))
      await store.beginRemoval(record.id)
      await store.finishRemoval(record)
    }
    expect(store.find("web").id).toBe(id("a"))
    await store.close()
    const reopened = await open()
    expect(reopened.store.find("web").tenant).toBe("acme")
  })

  it("gives an event that was not recorded when the daemon died after its document, exactly once", async () => {
    const first = await open()
    refuse = true
    await first.store.insert(testRecord({ id: id("a") }), [{ action: "create" }])
    expect(recorded).toHaveLength(0)
    await first.store.close()
    refuse = false
    const second = await open()
    await second.store.replay(events.append)
    await second.store.update(id("a"), (record) => ({ record, events: [{ action: "rename" }] }))
    const third = await open()
    await third.store.replay(events.append)
    expect(recorded.map(({ key, action }) => [key.slice(-2), action])).toEqual([
      [":1", "create"],
      [":2", "rename"],
    ])
    await Promise.all([second.store.close(), third.store.close()])
  })

  it("undoes a create that was cut off before its document, and a torn temporary file", async () => {
    const { store } = await open()
    await store.insert(testRecord({ id: id("a") }), [])
    await mkdir(join(paths.containers, id("b"), "log"), { recursive: true })
    await writeFile(join(paths.container(id("a")), ".container.json.1.2.tmp"), '{"ver')
    const reopened = await open()
    expect(reopened.store.all().map((record) => record.id)).toEqual([id("a")])
    expect(await readdir(paths.containers)).toEqual([id("a")])
    expect(await readdir(paths.container(id("a")))).toEqual(["container.json"])
  })

  it("hands back a removal that was cut off, and finishing it twice is one event", async () => {
    const { store } = await open()
    store.names.claim("operator", "web", id("a"))
    await store.insert(testRecord({ id: id("a") }), [])
    await store.beginRemoval(id("a"))
    const { store: next, unfinishedRemovals } = await open()
    expect(next.all()).toEqual([])
    expect(unfinishedRemovals.map((record) => record.id)).toEqual([id("a")])
    for (const record of [...unfinishedRemovals, ...unfinishedRemovals]) await next.finishRemoval(record)
    expect(recorded.filter(({ action }) => action === "remove")).toHaveLength(1)
    expect(await readdir(paths.containers)).toEqual([])
  })

  it("a removal that was cut off while it deleted the directory is no second event", async () => {
    const { store } = await open()
    await store.insert(testRecord({ id: id("a") }), [])
    await store.finishRemoval(await store.beginRemoval(id("a")))
    await mkdir(join(paths.containers, `.removing-${id("a")}`, "log"), { recursive: true })
    const { unfinishedRemovals } = await open()
    expect(unfinishedRemovals).toEqual([])
    expect(await readdir(paths.containers)).toEqual([])
  })

  it("shows a container whose document is damaged as dead, so that it can be removed", async () => {
    await mkdir(paths.container(id("c")), { recursive: true })
    await writeFile(join(paths.container(id("c")), "container.json"), '{"version":1,')
    const { store } = await open()
    expect(store.find(id("c")).state).toMatchObject({ status: "dead" })
    await store.finishRemoval(await store.beginRemoval(id("c")))
    expect(store.all()).toEqual([])
  })

  it("keeps a forced change in memory while the disk refuses it, and writes it when the disk takes it again", async () => {
    const { store } = await open()
    await store.insert(testRecord({ id: id("a") }), [])
    const file = join(paths.container(id("a")), "container.json")
    await rm(paths.container(id("a")), { recursive: true })
    await expect(store.update(id("a"), (record) => ({ record: { ...record, restartCount: 1 }, events: [] }))).rejects.toThrow()
    expect(store.get(id("a"))?.restartCount).toBe(0)
    await store.update(id("a"), (record) => ({ record: { ...record, restartCount: 2 }, events: [{ action: "exit" }] }), { forced: true })
    expect(store.get(id("a"))?.restartCount).toBe(2)
    expect(store.isUnwritten(id("a"))).toBe(true)
    expect(recorded).toHaveLength(0)
    await mkdir(paths.container(id("a")))
    await expect.poll(() => store.isUnwritten(id("a")), { timeout: 5000 }).toBe(false)
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ restartCount: 2 })
    expect(recorded.map(({ action }) => action)).toEqual(["exit"])
    await store.close()
  })

  it("aborts the signal of a run's end when the run is over", async () => {
    const { store } = await open()
    await store.insert(testRecord({ id: id("a") }), [])
    expect(store.endOfRun(id("a")).aborted).toBe(true)
    const run = {
      pid: 1,
      pidStartTicks: 1,
      conmonPid: 1,
      bootId: "b",
      startedAt: 1,
      stopRequested: false,
      oomKills: 0,
      user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
    }
    await store.update(id("a"), (record) => ({ record: { ...record, state: { status: "running", run } }, events: [] }))
    const signal = store.endOfRun(id("a"))
    expect(signal.aborted).toBe(false)
    await store.update(id("a"), (record) => ({ record: { ...record, state: { status: "created" } }, events: [] }))
    expect(signal.aborted).toBe(true)
  })
})
