import { afterEach, describe, expect, it } from "vitest"
import type { EventRecord } from "../../contract/events.js"
import { doneBy, type LadderHost, MiB, startLadderHost } from "../../testing/ladder-host.js"

const hosts: LadderHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})
async function start(...options: Parameters<typeof startLadderHost>): Promise<LadderHost> {
  const host = await startLadderHost(...options)
  hosts.push(host)
  return host
}

const taken = (events: EventRecord[]) => events.filter(({ attributes }) => attributes.change === "taken").map(({ action }) => action)
describe("a story of rising use", () => {
  it("climbs rung by rung, touches nothing that is guaranteed, and comes down again with nothing left tightened", async () => {
    const host = await start()
    host.promise("gold", 300 * MiB)
    host.promise("silver", 50 * MiB)
    host.put("g", 200, { tenant: "gold" })
    host.put("s", 150, { tenant: "silver", limits: { memoryMaxBytes: 400 * MiB } })
    host.put("idle", 100)
    host.put("best", 120)
    host.put("exempt", 90, { labels: { "plimsoll.ladder": "exempt" } })
    await host.set((settings) => ({ ...settings, nap: { ...settings.nap, idleMs: 60_000 }, hibernate: { idleMs: 60_000 } }))
    const busy = () => {
      for (const id of ["s", "best", "g"]) host.show(id, (stats) => ({ ...stats, cpu: { usageMicros: stats.cpu.usageMicros + 500_000 } }))
    }
    const live = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        busy()
        await host.seconds(1)
      }
    }

    await host.fill(0.7)
    await live(70)
    expect(host.ladder.now()).toMatchObject({ rung: null, steps: [] })

    await host.fill(0.81)
    await live(6)
    expect(host.ladder.now().rung).toBe("reclaim")
    expect(host.ladder.selling()).toEqual({ stopped: false, why: null })
    await host.fill(0.86)
    await live(1)
    expect(host.ladder.selling()).toMatchObject({ stopped: true, why: expect.stringContaining("use is 86 % of allocatable") })
    await host.fill(0.885)
    await live(1)
    expect(host.ladder.now().rung).toBe("tighten")
    expect((await host.row("s"))?.limits.memoryHighBytes).toBeGreaterThanOrEqual(50 * MiB)
    expect((await host.row("best"))?.limits.memoryHighBytes).toBeLessThan(120 * MiB)
    expect((await host.row("best"))?.nap).toBe(undefined)
    await host.fill(0.92)
    await live(1)
    expect(host.ladder.now().napping.map(({ id }) => id)).toEqual([])
    await live(1)
    expect(host.ladder.now().napping).toMatchObject([{ id: "idle", gaveBackBytes: expect.any(Number) }])
    expect((await host.row("idle"))?.limits).toEqual({})
    expect(host.ladder.now().hibernating).toEqual([])
    await host.fill(0.95)
    await live(2)
    expect(host.ladder.now()).toMatchObject({ rung: "hibernate", napping: [], hibernating: [{ id: "idle", gaveBackBytes: 100 * MiB }] })
    await host.fill(0.98)
    await live(1)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["best"])
    await live(10)
    expect(host.ladder.now()).toMatchObject({ rung: "stop", stopped: [{ id: "best" }] })
    await host.fill(0.98)
    await live(1)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["s", "best"])

    host.host.ownBytes = 0
    await live(200)
    expect(host.ladder.now()).toMatchObject({ rung: null, since: null, why: null })
    expect(host.ladder.selling().stopped).toBe(false)
    for (const id of ["g", "exempt"]) expect(await host.row(id)).toMatchObject({ state: { status: "running" }, limits: {} })
    expect((await host.row("s"))?.limits).toEqual({ memoryMaxBytes: 400 * MiB })
    expect((await host.row("best"))?.limits).toEqual({})

    const events = await host.events()
    expect(taken(events)).toEqual(["reclaim", "stop-selling", "tighten", "nap", "hibernate", "stop"])
    expect(events.filter(({ attributes }) => attributes.change === "left").map(({ action }) => action)).toEqual([
      "stop",
      "hibernate",
      "nap",
      "tighten",
      "stop-selling",
      "reclaim",
    ])
    expect(events.filter(({ id }) => ["g", "exempt"].includes(id))).toEqual([])
    expect(doneBy("stop", events)).toMatchObject([
      {
        id: "best",
        attributes: { afterBytes: "0", why: expect.stringContaining("nothing was promised"), shortage: expect.stringContaining("97 %") },
      },
      { id: "s", attributes: { why: expect.stringContaining("% of what it takes is guaranteed") } },
    ])
    expect(doneBy("nap", events)).toMatchObject([{ id: "idle", attributes: { afterBytes: "0" } }])
    expect(doneBy("hibernate", events)).toMatchObject([
      { id: "idle", attributes: { beforeBytes: String(100 * MiB), afterBytes: "0", why: "it has been idle for 1 min" } },
    ])
    expect((await host.row("idle"))?.state.status).toBe("hibernated")
    for (const { attributes } of doneBy("reclaim", events))
      expect(Number(attributes.afterBytes)).toBeLessThan(Number(attributes.beforeBytes))
    expect(doneBy("reclaim", events).length).toBeGreaterThan(0)
    expect(host.reported).toEqual([])
  })

  it("shows the newest 50 steps, newest first, after a restart too", async () => {
    const host = await start()
    for (let index = 0; index < 30; index++) host.put(`c${String(index).padStart(2, "0")}`, 25)
    for (let round = 0; round < 30; round++) {
      await host.fill(0.81)
      await host.seconds(5)
    }
    host.host.ownBytes = -500 * MiB
    await host.seconds(40)
    const { steps } = host.ladder.now()
    expect(steps).toHaveLength(50)
    expect(steps[0]).toMatchObject({ rung: "reclaim", result: "done", subject: { kind: "container" } })
    expect(steps.some(({ why }) => why.startsWith("this rung is left; there is no shortage any more"))).toBe(true)
    expect(steps.find(({ reason }) => reason?.code === "rung-left")).toMatchObject({ reason: { isOver: true }, shortage: null })
    expect(steps.find(({ reason }) => reason?.code === "reclaimed")).toMatchObject({ shortage: { code: "use", threshold: 0.8 } })
    expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => b - a))
    await host.crash()
    expect(host.ladder.now().steps).toEqual(steps)
  })
})

describe("advise", () => {
  it.each([
    ["as a whole", "advise", "act"],
    ["rung by rung", "act", "advise"],
  ] as const)("tells %s what would be done, once, and does nothing", async (_, mode, rungMode) => {
    const host = await start()
    host.put("idle", 400)
    host.put("best", 100)
    await host.set((settings) => ({
      ...settings,
      mode,
      nap: { ...settings.nap, idleMs: 5000 },
      rungs: Object.fromEntries(
        Object.entries(settings.rungs).map(([rung, value]) => [rung, { ...value, mode: rungMode }]),
      ) as typeof settings.rungs,
    }))
    await host.fill(0.98)
    await host.seconds(60)
    expect(host.ladder.now()).toMatchObject({ rung: "stop", napping: [], stopped: [] })
    expect(host.ladder.selling().stopped).toBe(false)
    for (const id of ["idle", "best"]) expect(await host.row(id)).toMatchObject({ state: { status: "running" }, limits: {} })
    expect(host.engine.stats.get("idle")?.memory.swapBytes).toBe(0)
    const events = await host.events()
    expect(new Set(events.map(({ action }) => action))).toEqual(new Set(["advise"]))
    const told = events
      .filter(({ attributes }) => attributes.subject === "container")
      .map(({ id, attributes }) => `${attributes.rung} ${id}`)
    expect(told.sort()).toEqual([
      "nap best",
      "nap idle",
      "reclaim best",
      "reclaim idle",
      "stop best",
      "stop idle",
      "tighten best",
      "tighten idle",
    ])
  })

  it("off does nothing and says nothing", async () => {
    const host = await start()
    host.put("idle", 400)
    await host.set((settings) => ({ ...settings, mode: "off" }))
    await host.fill(0.99)
    await host.seconds(60)
    expect(host.ladder.now()).toMatchObject({ rung: null, steps: [] })
    expect(await host.events()).toEqual([])
  })

  it("puts back what was tightened when the switch is turned", async () => {
    const host = await start()
    host.put("c", 200, { limits: { memoryHighBytes: 500 * MiB } })
    await host.fill(0.89)
    await host.seconds(4)
    expect((await host.row("c"))?.limits.memoryHighBytes).toBeLessThan(200 * MiB)
    await host.set((settings) => ({ ...settings, mode: "advise" }))
    await host.seconds(6)
    expect((await host.row("c"))?.limits.memoryHighBytes).toBe(500 * MiB)
  })
})

describe("naps", () => {
  it("are taken without a shortage where they always are, the largest first, and told without one", async () => {
    const host = await start()
    host.put("small", 50)
    host.put("large", 100)
    host.put("never", 200, { labels: { "plimsoll.nap.after-ms": "0" } })
    await host.set((settings) => ({ ...settings, nap: { always: true, idleCores: 0.01, idleMs: 10_000 } }))
    await host.seconds(11)
    expect(host.ladder.now().napping.map(({ id }) => id)).toEqual([])
    await host.seconds(2)
    const naps = doneBy("nap", await host.events())
    expect(naps.map(({ id, attributes }) => [id, attributes.shortage])).toEqual([
      ["large", undefined],
      ["small", undefined],
    ])
    expect((await host.row("never"))?.nap).toBe(undefined)
  })

  it("wait twice as long after each wake that came soon, while an exec is open, and never come where no packet would wake", async () => {
    const host = await start()
    host.put("c", 100)
    host.put("hostnet", 200)
    const { inspect } = host.engine.containers
    host.engine.containers.inspect = async (id) => {
      const shown = await inspect(id)
      return id === "hostnet" ? { ...shown, resolved: { ...shown.resolved, network: { kind: "host" } } } : shown
    }
    await host.set((settings) => ({ ...settings, nap: { always: true, idleCores: 0.01, idleMs: 10_000 } }))
    await host.seconds(11)
    expect((await host.row("c"))?.nap).toBe(undefined)
    await host.seconds(1)
    expect((await host.row("c"))?.nap).not.toBe(undefined)
    await host.engine.containers.wake("c", { cause: "packet" })
    await host.seconds(18)
    expect((await host.row("c"))?.nap).toBe(undefined)
    await host.seconds(5)
    expect((await host.row("c"))?.nap).not.toBe(undefined)

    await host.engine.containers.wake("c", { cause: "exec" })
    host.engine.emit({ action: "exec-start", id: "c", attributes: { execId: "e" } })
    await host.seconds(100)
    expect((await host.row("c"))?.nap).toBe(undefined)
    host.engine.emit({ action: "exec-exit", id: "c", attributes: { execId: "e" } })
    await host.seconds(45)
    expect((await host.row("c"))?.nap).not.toBe(undefined)
    expect((await host.row("hostnet"))?.nap).toBe(undefined)
  })
})

it("what one that was stopped gave back must show before the next is stopped", async () => {
  const host = await start()
  for (const id of ["a", "b", "c"]) host.put(id, 100)
  const stoppedAfter: number[] = []
  for (let second = 1; second <= 28; second++) {
    await host.fill(0.99)
    await host.seconds(1)
    if (host.ladder.now().stopped.length > stoppedAfter.length) stoppedAfter.push(second)
  }
  expect(stoppedAfter).toEqual([6, 16, 26])
})

describe("what was stopped", () => {
  it("stays stopped and shown, over a restart too, until somebody starts or removes it", async () => {
    const host = await start()
    host.put("a", 100)
    host.put("b", 90)
    await host.fill(0.98)
    await host.seconds(6)
    await host.fill(0.98)
    await host.seconds(11)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["b", "a"])
    host.host.ownBytes = 0
    await host.seconds(1000)
    expect((await host.row("a"))?.state.status).toBe("exited")
    await host.crash()
    expect(host.ladder.now().stopped.map(({ id, gaveBackBytes }) => [id, gaveBackBytes > 80 * MiB])).toEqual([
      ["b", true],
      ["a", true],
    ])
    await host.engine.containers.start("a")
    await host.seconds(1)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["b"])
    host.engine.drop("b")
    await host.seconds(1)
    expect(host.ladder.now().stopped).toEqual([])
  })

  it("that was started while the console was away is forgotten at its start", async () => {
    const host = await start()
    host.put("a", 100)
    await host.fill(0.98)
    await host.seconds(6)
    host.engine.put({ ...(await host.engine.containers.inspect("a")), state: { status: "running", pid: 1, startedAt: 1 } }, "health")
    await host.crash()
    expect(host.ladder.now().stopped).toEqual([])
  })
})

it("settings outlive a restart", async () => {
  const host = await start()
  await host.set((settings) => ({ ...settings, hysteresis: 0.07, exemptTenants: ["acme"] }))
  await host.crash()
  expect(host.ladder.now().settings).toMatchObject({ hysteresis: 0.07, exemptTenants: ["acme"] })
})
