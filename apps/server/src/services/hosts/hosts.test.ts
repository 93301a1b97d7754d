import { type ContainerEngine, type DockerEndpoint, EngineError, type EngineInfo } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { ContainersLiveMessage } from "../../contract/containers.js"
import { type FakeEngine, fakeEngine, statsOf, summaryOf } from "../../testing/fake-engine.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { listContainers } from "../containers/list-containers.js"
import type { EngineAccess } from "../engine/engine-access.js"
import { createEventLog } from "../events/create-event-log.js"
import { createEventJournal } from "../events/event-journal.js"
import { createContainersLive } from "../live/create-containers-live.js"
import { Sampler } from "../live/sampler.js"
import { Samplers } from "../live/samplers.js"
import { createSecretBox } from "../secrets/secret-box.js"
import { createHosts, type RunningHosts } from "./create-hosts.js"
import { createHostStore } from "./host-store.js"

const patience = { timeout: 5000, interval: 5 }
const pace = { connectedMs: 20, awayMs: 20, deadlineMs: 100 }
const fullId = (digit: string) => digit.repeat(64)
const unix = (name: string): DockerEndpoint => ({ kind: "unix", path: `/run/${name}.sock` })

/** A fake daemon by the path of its socket, and what it does when it is asked how it is. */
interface FakeDaemon {
  engine: FakeEngine
  mood: "well" | "away" | "silent"
}

let temporary: TemporaryDatabase
let daemons: Map<string, FakeDaemon>
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  temporary = await temporaryDatabase()
  daemons = new Map()
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await temporary.remove()
})

function daemon(name: string): FakeDaemon {
  const engine = fakeEngine()
  const made: FakeDaemon = { engine, mood: "well" }
  const gone = () => new EngineError("engine_unavailable", { publicMessage: "Nobody listens. Start it.", facts: { remedy: "Start it." } })
  const answer = <T>(well: () => Promise<T>): Promise<T> =>
    made.mood === "well" ? well() : made.mood === "away" ? Promise.reject(gone()) : new Promise(() => undefined)
  const { list, statsAll, inspect } = engine.containers
  const info = (): Promise<EngineInfo> =>
    made.mood === "away"
      ? Promise.resolve({ ...silent, reason: gone().publicMessage, remedy: "Start it." })
      : answer(async () => ({ ...silent, status: "available", version: `Docker of ${name}` }))
  Object.assign(engine, { kind: "docker", info })
  Object.assign(engine.containers, {
    list: () => answer(list),
    statsAll: () => answer(statsAll),
    inspect: (id: string) => answer(() => inspect(id)),
  })
  daemons.set(`/run/${name}.sock`, made)
  return made
}

const silent: EngineInfo = {
  kind: "docker",
  status: "unavailable",
  version: "",
  hostname: "",
  kernelVersion: "",
  operatingSystem: "",
  architecture: "",
  bootedAt: 0,
  cpuCount: 1,
  memoryBytes: 1,
  swapBytes: 0,
  dataDirectory: "",
  cgroupVersion: "v1",
  ociRuntimes: [],
  abilities: [],
  enforceableLimits: {},
  features: [],
}

async function openDockerEngine(endpoint: DockerEndpoint): Promise<ContainerEngine> {
  const found = endpoint.kind === "unix" ? daemons.get(endpoint.path) : undefined
  if (found === undefined) throw new EngineError("engine_unavailable", { publicMessage: "Its socket does not exist." })
  return found.engine
}

async function open({ secret = "a secret of this installation" } = {}) {
  const engine = fakeEngine({ hostname: "here" })
  const local: EngineAccess = {
    get: () => engine,
    info: () => engine.info(),
    close: () => engine.close(),
    onOpened(listener) {
      listener(engine)
      return () => undefined
    },
  }
  const reported: unknown[] = []
  const report = (error: unknown) => reported.push(error)
  const sampler = new Sampler({ host: "local", engine: local, now: Date.now, onError: report })
  const samplers = new Samplers()
  samplers.add("local", sampler)
  sampler.start()
  const events = createEventLog({ database: temporary.database, journal: createEventJournal(temporary.database), onError: report })
  const store = createHostStore(temporary.database, createSecretBox(secret))
  const hosts: RunningHosts = await createHosts({ local, samplers, store, events, openDockerEngine, now: Date.now, report, pace })
  const live = createContainersLive({ samplers, hosts, now: Date.now })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= (async () => {
      await sampler.close()
      await hosts.close()
      events.close()
    })()
    return closed
  }
  closing.push(close)
  const named = async (name: string) => (await hosts.list()).find((host) => host.name === name)
  const health = async (host: string) =>
    (await events.list({ kinds: ["engine"], actions: ["health"], host, limit: 50 })).items.map(({ attributes }) => attributes.healthStatus)
  return { engine, hosts, live, samplers, events, reported, named, health, close }
}

describe("adding a host", () => {
  it("refuses an engine that does not answer, with why and what to do, and keeps nothing", async () => {
    daemon("down").mood = "away"
    daemon("hung").mood = "silent"
    const { hosts } = await open()
    await expect(hosts.add({ name: "down", endpoint: unix("down") })).rejects.toMatchObject({
      code: "engine_unavailable",
      publicMessage: "Nobody listens. Remedy: Start it.",
      facts: { reason: "Nobody listens.", remedy: "Start it." },
    })
    await expect(hosts.test(unix("nothing"))).rejects.toMatchObject({ publicMessage: "Its socket does not exist." })
    expect(await hosts.list()).toMatchObject([{ id: "local", name: "here", endpoint: null, status: "connected" }])
    expect(await temporary.database.prisma.host.count()).toBe(0)
  })

  it("says what is there, and shows it at once", async () => {
    daemon("dock").engine.put(summaryOf(fullId("a")))
    const { hosts } = await open()
    expect(await hosts.test(unix("dock"))).toMatchObject({ info: { version: "Docker of dock" }, containers: 1, images: 0 })
    const added = await hosts.add({ name: "dock", endpoint: unix("dock") })
    expect(added).toMatchObject({ name: "dock", kind: "docker", endpoint: "unix:///run/dock.sock", status: "connected", reason: null })
    expect(await hosts.infoOf(added.id)).toMatchObject({ version: "Docker of dock", status: "available" })
    expect(hosts.connected().map(({ id }) => id)).toEqual(["local", added.id])
  })

  it("refuses a name, an address and an engine that is here already, also when both come at once", async () => {
    daemon("one").engine.put(summaryOf(fullId("a")))
    daemons.set("/run/same.sock", daemons.get("/run/one.sock") as FakeDaemon)
    daemon("two")
    const { hosts, samplers } = await open()
    const both = await Promise.allSettled([
      hosts.add({ name: "one", endpoint: unix("one") }),
      hosts.add({ name: "ONE", endpoint: unix("two") }),
    ])
    expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { code: "name_in_use" } }])
    await expect(hosts.add({ name: "here", endpoint: unix("two") })).rejects.toMatchObject({ code: "name_in_use" })
    await expect(hosts.add({ name: "again", endpoint: unix("one") })).rejects.toMatchObject({ code: "conflict" })
    await vi.waitFor(() => expect(samplers.find(fullId("a"))).toHaveLength(1), patience)
    await expect(hosts.add({ name: "again", endpoint: unix("same") })).rejects.toMatchObject({
      code: "conflict",
      publicMessage: "This engine is here already, as the host “one”.",
    })
  })

  it("keeps keys sealed, and shows them to nobody", async () => {
    const tls = { ca: "CA-TEXT", cert: "CERT-TEXT", key: "KEY-TEXT" }
    const opened: DockerEndpoint[] = []
    const { engine } = daemon("tls")
    const store = createHostStore(temporary.database, createSecretBox("a secret of this installation"))
    const endpoint: DockerEndpoint = { kind: "tcp", host: "Dock.Example", port: 2376, tls }
    await store.insert({ id: "x", name: "tls", endpoint, createdAt: 1 })
    const row = await temporary.database.prisma.host.findFirst()
    expect(JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value))).not.toMatch(/TEXT/)
    expect((await store.all())[0]?.endpoint).toEqual(endpoint)
    const samplers = new Samplers()
    const events = createEventLog({
      database: temporary.database,
      journal: createEventJournal(temporary.database),
      onError: () => undefined,
    })
    const local = { get: () => engine, info: () => engine.info(), onOpened: () => () => undefined, close: async () => undefined }
    const hosts = await createHosts({
      local,
      samplers,
      store,
      events,
      openDockerEngine: async (given) => {
        opened.push(given)
        return engine
      },
      now: Date.now,
      report: () => undefined,
      pace,
    })
    closing.push(async () => {
      await hosts.close()
      events.close()
    })
    await vi.waitFor(async () => expect((await hosts.list())[1]).toMatchObject({ status: "connected" }), patience)
    expect(opened).toEqual([endpoint])
    expect((await hosts.list())[1]?.endpoint).toBe("tcp://dock.example:2376")
    expect(JSON.stringify(await hosts.list())).not.toMatch(/TEXT/)
  })
})

describe("a host that goes away", () => {
  it("keeps its rows without figures, is refused at once, and comes back by itself; each is an event", async () => {
    const dock = daemon("dock")
    const id = fullId("a")
    dock.engine.put(summaryOf(id))
    dock.engine.stats.set(id, statsOf(id, 1000, 0))
    const { hosts, live, named, health } = await open()
    const added = await hosts.add({ name: "dock", endpoint: unix("dock") })
    const rows = () => live.rows().filter((row) => row.host === added.id)
    await vi.waitFor(() => expect(rows()).toMatchObject([{ id, stats: { pids: 1 } }]), patience)
    const reader = live.follow(new AbortController().signal)[Symbol.asyncIterator]()
    await reader.next()

    dock.mood = "away"
    await vi.waitFor(
      async () => expect(await named("dock")).toMatchObject({ status: "away", reason: "Nobody listens.", remedy: "Start it." }),
      patience,
    )
    expect(await named("dock")).toMatchObject({ info: { version: "Docker of dock" }, seenAt: expect.any(Number) })
    expect(await hosts.infoOf(added.id)).toMatchObject({ version: "Docker of dock", status: "unavailable", reason: "Nobody listens." })
    expect(() => hosts.engineOf(added.id)).toThrow(/engine_unavailable: Nobody listens. Remedy: Start it./)
    await expect(hosts.ofContainer(id)).rejects.toMatchObject({ code: "engine_unavailable" })
    await vi.waitFor(() => expect(rows()).toMatchObject([{ id, stats: null }]), patience)
    expect((await named("dock"))?.counts.running).toBe(1)
    // Whoever looks on is told as well.
    for (;;) {
      const message = (await reader.next()).value as ContainersLiveMessage
      if (message.type === "delta" && message.upserted.some((row) => row.id === id && row.stats === null)) break
    }
    expect(await listContainers({ hosts, live }, {})).toMatchObject([{ id, host: added.id }])
    expect(await listContainers({ hosts, live }, { host: added.id, statuses: ["exited"] })).toEqual([])
    expect(await hosts.onEach(undefined, (engine) => engine.volumes.list())).toEqual([])

    dock.mood = "well"
    await vi.waitFor(async () => expect(await named("dock")).toMatchObject({ status: "connected", reason: null }), patience)
    await vi.waitFor(() => expect(rows()).toMatchObject([{ id, stats: { pids: 1 } }]), patience)
    await vi.waitFor(async () => expect(await health(added.id)).toEqual(["healthy", "unhealthy"]), patience)
    await reader.return?.()
  })

  it("by hanging holds up neither this machine's figures nor its lists, and is told from one that is well", async () => {
    const dock = daemon("dock")
    dock.engine.put(summaryOf(fullId("a")))
    const { engine, hosts, samplers, named } = await open()
    engine.put(summaryOf(fullId("b")))
    await hosts.add({ name: "dock", endpoint: unix("dock") })
    dock.mood = "silent"
    await vi.waitFor(
      async () => expect(await named("dock")).toMatchObject({ status: "away", reason: "It did not answer within 1 s." }),
      patience,
    )
    const local = samplers.of("local")
    const before = local?.sampledAt ?? 0
    await vi.waitFor(() => expect(local?.sampledAt).toBeGreaterThan(before), patience)
    expect(await hosts.onEach(undefined, (there) => there.containers.list())).toMatchObject([{ id: fullId("b"), host: "local" }])
  })

  it("while the server is down is shown as it last was, with one event for it, and comes back", async () => {
    const dock = daemon("dock")
    dock.engine.put(summaryOf(fullId("a")))
    const first = await open()
    const { id } = await first.hosts.add({ name: "dock", endpoint: unix("dock") })
    await vi.waitFor(() => expect(first.samplers.of(id)?.rows.size).toBe(1), patience)
    await first.close()
    dock.mood = "away"
    for (let start = 0; start < 2; start++) {
      const { named, live, health, close } = await open()
      await vi.waitFor(async () => expect(await named("dock")).toMatchObject({ status: "away", reason: "Nobody listens." }), patience)
      expect(await named("dock")).toMatchObject({
        id,
        info: { version: "Docker of dock" },
        seenAt: expect.any(Number),
        counts: { running: 1 },
      })
      expect(live.rows()).toMatchObject([{ id: fullId("a"), host: id, stats: null }])
      await vi.waitFor(async () => expect(await health(id)).toEqual(["unhealthy"]), patience)
      await close()
    }
    dock.mood = "well"
    const last = await open()
    await vi.waitFor(async () => expect(await last.health(id)).toEqual(["healthy", "unhealthy"]), patience)
  })

  it("is shown with what to do when its address was sealed with another installation's secret", async () => {
    daemon("dock")
    const first = await open()
    const { id } = await first.hosts.add({ name: "dock", endpoint: unix("dock") })
    await first.close()
    const { hosts, named } = await open({ secret: "a secret of another installation" })
    await vi.waitFor(
      async () => expect(await named("dock")).toMatchObject({ status: "away", remedy: expect.stringMatching(/^Enter the address again/) }),
      patience,
    )
    expect(await hosts.change(id, { endpoint: unix("dock") })).toMatchObject({ id, status: "connected" })
  })
})

describe("where a container is", () => {
  it("is found by full id, prefix and name; this machine goes first, and others must agree", async () => {
    const [one, two] = [daemon("one"), daemon("two")]
    const { engine, hosts, samplers } = await open()
    engine.put(summaryOf(fullId("a"), { name: "web" }))
    one.engine.put(summaryOf(fullId("b"), { name: "web" }))
    one.engine.put(summaryOf(fullId("c"), { name: "db" }))
    two.engine.put(summaryOf(fullId("d"), { name: "db" }))
    two.engine.put(summaryOf(fullId("e"), { name: "mail" }))
    const first = await hosts.add({ name: "one", endpoint: unix("one") })
    const second = await hosts.add({ name: "two", endpoint: unix("two") })
    const hostOf = async (id: string) => (await hosts.ofContainer(id)).host
    await vi.waitFor(() => expect([first.id, second.id].map((id) => samplers.of(id)?.rows.size)).toEqual([2, 2]), patience)
    expect(await hostOf("web")).toBe("local")
    expect(await hostOf(fullId("b"))).toBe(first.id)
    expect(await hostOf("dddd")).toBe(second.id)
    expect(await hostOf("mail")).toBe(second.id)
    await expect(hosts.ofContainer("db")).rejects.toMatchObject({
      code: "conflict",
      publicMessage: "Several hosts have a container “db”: one, two. Name it by its full id.",
    })
    await expect(hosts.ofContainer("nobody")).rejects.toMatchObject({ code: "not_found" })
  })

  it("is asked of the engines while the lists do not have it yet", async () => {
    const dock = daemon("dock")
    const { engine, hosts } = await open()
    const { id } = await hosts.add({ name: "dock", endpoint: unix("dock") })
    dock.engine.put(summaryOf("new-there"))
    expect((await hosts.ofContainer("new-there")).host).toBe(id)
    engine.put(summaryOf("new-here", { name: "twice" }))
    dock.engine.put(summaryOf("new-there-too", { name: "twice" }))
    expect((await hosts.ofContainer("twice")).host).toBe("local")
  })
})

describe("changing and removing a host", () => {
  it("renames it, and moves it to an address that answers", async () => {
    daemon("old").engine.put(summaryOf(fullId("a")))
    daemon("new").engine.put(summaryOf(fullId("b")))
    const { hosts, live, events } = await open()
    const { id } = await hosts.add({ name: "old", endpoint: unix("old") })
    await expect(hosts.change(id, { endpoint: unix("nothing") })).rejects.toMatchObject({ code: "engine_unavailable" })
    await expect(hosts.change("local", { name: "x" })).rejects.toMatchObject({ code: "invalid_argument" })
    await expect(hosts.change("nobody", { name: "x" })).rejects.toMatchObject({ code: "not_found" })
    expect(await hosts.change(id, { name: "new", endpoint: unix("new") })).toMatchObject({
      id,
      name: "new",
      endpoint: "unix:///run/new.sock",
    })
    await vi.waitFor(() => expect(live.rows()).toMatchObject([{ id: fullId("b"), host: id }]), patience)
    const { items } = await events.list({ kinds: ["engine"], host: id, limit: 10 })
    expect(items.map(({ action, name }) => `${action} ${name}`)).toEqual(["rename new", "update new", "create old"])
  })

  it("takes its rows away, touches nothing there, and leaves its events", async () => {
    const dock = daemon("dock")
    dock.engine.put(summaryOf(fullId("a")))
    const { hosts, live, events, named } = await open()
    const { id } = await hosts.add({ name: "dock", endpoint: unix("dock") })
    await vi.waitFor(() => expect(live.rows()).toHaveLength(1), patience)
    const reader = live.follow(new AbortController().signal)[Symbol.asyncIterator]()
    await reader.next()
    const eventsOf = async () => (await events.list({ host: id, limit: 50 })).items.map(({ kind, action }) => `${kind} ${action}`)
    await vi.waitFor(async () => expect(await eventsOf()).toContain("container create"), patience)
    await hosts.remove(id)
    await hosts.remove(id)
    expect(await named("dock")).toBeUndefined()
    expect(live.rows()).toEqual([])
    for (;;) {
      const message = (await reader.next()).value as ContainersLiveMessage
      if (message.type === "delta" && message.removed.includes(fullId("a"))) break
    }
    expect(await eventsOf()).toEqual(expect.arrayContaining(["engine remove", "engine create", "container create"]))
    expect(await dock.engine.containers.list()).toHaveLength(1)
    await expect(hosts.remove("local")).rejects.toMatchObject({ code: "invalid_argument" })
    expect(() => hosts.engineOf(id)).toThrow(/not_found/)
    await reader.return?.()
  })

  it("is told to whoever follows the hosts", async () => {
    daemon("dock")
    const { hosts } = await open()
    const stop = new AbortController()
    const reader = hosts.follow(stop.signal)[Symbol.asyncIterator]()
    expect((await reader.next()).value).toHaveLength(1)
    const next = reader.next()
    await hosts.add({ name: "dock", endpoint: unix("dock") })
    expect((await next).value).toMatchObject([{ id: "local" }, { name: "dock" }])
    stop.abort()
    await reader.return?.(undefined)
  })
})
