import { EngineError, type EngineErrorCode } from "@plimsoll/runtime"
import { afterEach, describe, expect, it } from "vitest"
import type { EventRecord } from "../../contract/events.js"
import { doneBy, type LadderHost, MiB, onV2, startLadderHost } from "../../testing/ladder-host.js"

const hosts: LadderHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})

/** A machine on which one hibernates after ten idle seconds, and nobody naps by itself. */
async function start(info = onV2): Promise<LadderHost> {
  const host = await startLadderHost(info)
  hosts.push(host)
  await host.set((settings) => ({ ...settings, nap: { ...settings.nap, idleMs: 3_600_000 }, hibernate: { idleMs: 10_000 } }))
  return host
}

/** So many seconds with so much of the machine in use, whatever is given back meanwhile. */
async function keepAt(share: number, host: LadderHost, seconds: number, options = { settle: true }): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await host.fill(share)
    await host.seconds(1, options)
  }
}

const statusOf = async (host: LadderHost, id: string) => (await host.row(id))?.state.status
const of = (result: string, events: EventRecord[]) =>
  events.filter(({ attributes }) => attributes.rung === "hibernate" && attributes.result === result && attributes.change === undefined)

describe("the rung of hibernation", () => {
  it("takes long idle containers one every five seconds, sleepers first, then the largest, and tells their memory and swap", async () => {
    const host = await start()
    host.put("small", 40)
    host.put("large", 150)
    host.put("sleeper", 60)
    host.put("never", 200, { labels: { "plimsoll.hibernate.after-ms": "exempt" } })
    await host.engine.containers.nap("sleeper")
    await keepAt(0.95, host, 30)
    const done = doneBy("hibernate", await host.events())
    expect(done.map(({ id, attributes: { beforeBytes, afterBytes } }) => [id, Number(beforeBytes) / MiB, afterBytes])).toEqual([
      ["sleeper", 60, "0"],
      ["large", 150, "0"],
      ["small", 40, "0"],
    ])
    const [first = 0, second = 0, third = 0] = done.map(({ at }) => at)
    expect([second - first, third - second]).toEqual([5000, 5000])
    expect(await statusOf(host, "never")).toBe("running")
    expect(host.ladder.now().hibernating.map(({ id, gaveBackBytes }) => [id, gaveBackBytes / MiB])).toEqual([
      ["small", 40],
      ["large", 150],
      ["sleeper", 60],
    ])
    expect(host.reported).toEqual([])
  })

  it("counts idle time on through a nap", async () => {
    const host = await start()
    host.put("c", 100)
    await keepAt(0.95, host, 6)
    await host.engine.containers.nap("c")
    await keepAt(0.95, host, 4)
    expect(await statusOf(host, "c")).toBe("paused")
    await keepAt(0.95, host, 2)
    expect(await statusOf(host, "c")).toBe("hibernated")
  })

  it("gives memory and swap back where naps cannot, since swap is full; and nobody who hibernates is stopped", async () => {
    const host = await start()
    host.reading.swapFreeBytes = 0
    host.put("sleeper", 80)
    host.put("idle", 100)
    await host.engine.containers.nap("sleeper")
    await keepAt(0.95, host, 20)
    expect([await statusOf(host, "sleeper"), await statusOf(host, "idle")]).toEqual(["hibernated", "hibernated"])
    await keepAt(0.99, host, 10)
    expect(host.ladder.now().stopped).toEqual([])
    const [told] = (await host.events()).filter(({ action, attributes }) => action === "stop" && attributes.result === "failed")
    expect(told?.attributes.why).toBe("there is nobody left who may be stopped")
  })

  it("waits twice as long after each wake that came soon, and a long sleep forgives all", async () => {
    const host = await start()
    host.put("c", 100)
    /** In tens of seconds: an event may come a second later. */
    const untilItHibernates = async () => {
      for (let second = 1; second < 100; second++) {
        await keepAt(0.95, host, 1)
        if ((await statusOf(host, "c")) === "hibernated") return Math.round(second / 10)
      }
      return Number.NaN
    }
    const first = await untilItHibernates()
    await host.engine.containers.wake("c", { cause: "packet" })
    const second = await untilItHibernates()
    await host.engine.containers.wake("c", { cause: "exec" })
    const third = await untilItHibernates()
    expect([first, second, third]).toEqual([1, 2, 4])
    // A soon wake out of a nap says nothing of hibernation.
    await host.engine.containers.wake("c", { cause: "pressure" })
    host.engine.emit({ action: "wake", id: "c", attributes: { sleptMs: "1", cause: "packet" } })
    expect(await untilItHibernates()).toBe(4)
    await host.engine.containers.wake("c", { cause: "pressure" })
    host.engine.emit({ action: "wake", id: "c", attributes: { sleptMs: "40000", cause: "packet", from: "hibernation" } })
    expect(await untilItHibernates()).toBe(1)
  })

  it("never takes one with the host's or another's network, of which no packet would wake it", async () => {
    const host = await start()
    const { inspect } = host.engine.containers
    host.engine.containers.inspect = async (id) => {
      const shown = await inspect(id)
      const network = id === "hostnet" ? { kind: "host" as const } : { kind: "container" as const, container: "c" }
      return id === "own" ? shown : { ...shown, resolved: { ...shown.resolved, network } }
    }
    for (const id of ["hostnet", "shared"]) host.put(id, 200)
    host.put("own", 50)
    await keepAt(0.95, host, 30)
    expect([await statusOf(host, "hostnet"), await statusOf(host, "shared")]).toEqual(["running", "running"])
    expect(of("failed", await host.events())).toEqual([])
    expect(await statusOf(host, "own")).toBe("hibernated")
  })

  it("leaves a tenant its guarantee, which no kernel holds for one that is on disk", async () => {
    const host = await start()
    const off = { mode: "off", usedShare: 0.8 } as const
    await host.set((settings) => ({ ...settings, rungs: { ...settings.rungs, reclaim: off, tighten: { ...off, usedShare: 0.88 } } }))
    host.promise("gold", 150 * MiB)
    host.put("a", 120, { tenant: "gold" })
    host.put("b", 100, { tenant: "gold" })
    await keepAt(0.95, host, 40)
    expect([await statusOf(host, "a"), await statusOf(host, "b")]).toEqual(["running", "running"])
    host.promise("gold", 110 * MiB)
    await keepAt(0.95, host, 40)
    expect([await statusOf(host, "a"), await statusOf(host, "b")]).toEqual(["running", "hibernated"])
  })
})

describe("tightened ones", () => {
  it("get their own limit back before they hibernate, and sleepers when they are awake: a change would wake them", async () => {
    const host = await start()
    host.put("runs", 200, { limits: { memoryHighBytes: 500 * MiB } })
    host.put("naps", 150)
    await keepAt(0.89, host, 5)
    await host.engine.containers.nap("naps")
    const tight = (await host.row("naps"))?.limits.memoryHighBytes
    expect(tight).toBeLessThan(150 * MiB)
    expect((await host.row("runs"))?.limits.memoryHighBytes).toBeLessThan(200 * MiB)
    await keepAt(0.95, host, 20)
    expect(await host.row("runs")).toMatchObject({ state: { status: "hibernated" }, limits: { memoryHighBytes: 500 * MiB } })
    host.host.ownBytes = 0
    await host.seconds(250)
    expect(host.ladder.now().rung).toBe(null)
    expect(await host.row("naps")).toMatchObject({ state: { status: "hibernated" }, limits: { memoryHighBytes: tight } })
    await host.engine.containers.wake("naps")
    await host.seconds(6)
    expect(await host.row("naps")).toMatchObject({ state: { status: "running" }, limits: {} })
  })
})

describe("faults of hibernation", () => {
  const refusing = (host: LadderHost, code: EngineErrorCode, who: (id: string) => boolean) => {
    const { hibernate } = host.engine.containers
    const asked: string[] = []
    host.engine.containers.hibernate = (id) => {
      asked.push(id)
      return who(id) ? Promise.reject(new EngineError(code, { publicMessage: `${code}: why.` })) : hibernate(id)
    }
    return asked
  }

  it("an engine that cannot is asked again a minute later, and says once what it wants", async () => {
    const host = await start({ ...onV2, features: ["pause", "nap", "reclaim"] })
    const asked = refusing(host, "unsupported", () => true)
    for (const id of ["a", "b"]) host.put(id, 100)
    await keepAt(0.95, host, 60)
    expect(asked).toEqual(["a"])
    await keepAt(0.95, host, 60)
    expect(asked).toEqual(["a", "a"])
    expect(of("failed", await host.events())).toMatchObject([{ id: "local", attributes: { why: "unsupported: why." } }])
  })

  it("one that cannot, on an engine that can, keeps no other from it: the next goes in the next second", async () => {
    const host = await start()
    const asked = refusing(host, "unsupported", (id) => id === "terminal")
    host.put("terminal", 200)
    host.put("plain", 100)
    await keepAt(0.95, host, 13)
    expect(asked).toEqual(["terminal", "plain"])
    expect(await statusOf(host, "plain")).toBe("hibernated")
    await keepAt(0.95, host, 590)
    expect(asked).toEqual(["terminal", "plain"])
    expect(of("failed", await host.events())).toMatchObject([{ id: "terminal", attributes: { why: "unsupported: why." } }])
  })

  it.each(["conflict", "checkpoint_failed"] as const)(
    "one that could not (%s) is left alone for ten minutes, and another goes on",
    async (code) => {
      const host = await start()
      const asked = refusing(host, code, (id) => id === "busy")
      host.put("busy", 200)
      host.put("plain", 100)
      await keepAt(0.95, host, 600)
      expect(asked).toEqual(["busy", "plain"])
      await keepAt(0.95, host, 20)
      expect(asked).toEqual(["busy", "plain", "busy"])
      expect(of("failed", await host.events())).toMatchObject([{ id: "busy", attributes: { why: `${code}: why.` } }])
    },
  )

  it("one that was removed meanwhile is no failure", async () => {
    const host = await start()
    const asked = refusing(host, "not_found", () => true)
    host.put("gone", 200)
    await keepAt(0.95, host, 15)
    expect(asked.length).toBeGreaterThan(0)
    expect(of("failed", await host.events())).toEqual([])
    expect(host.reported).toEqual([])
  })

  it("a slow disk keeps nobody from being stopped but the one that is being written; what would wait for it rests", async () => {
    const host = await start()
    const { hibernate, stop } = host.engine.containers
    let written = () => {}
    host.engine.containers.hibernate = (id) => new Promise((resolve) => (written = () => resolve(hibernate(id))))
    const stopped: string[] = []
    host.engine.containers.stop = (id, options) => {
      stopped.push(id)
      return stop(id, options)
    }
    await host.set((settings) => ({ ...settings, nap: { ...settings.nap, idleMs: 15_000 } }))
    host.put("slow", 300)
    host.put("naps", 100, { labels: { "plimsoll.hibernate.after-ms": "exempt" } })
    host.put("busy", 50)
    const live = async (share: number, seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        host.show("busy", (stats) => ({ ...stats, cpu: { usageMicros: stats.cpu.usageMicros + 500_000 } }))
        await keepAt(share, host, 1, { settle: false })
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await live(0.95, 30)
    expect(await statusOf(host, "slow")).toBe("running")
    await live(0.99, 30)
    expect(stopped).toEqual(["naps", "busy"])
    expect((await host.row("slow"))?.nap).toBe(undefined)
    written()
    await host.ladder.settled()
    expect(await statusOf(host, "slow")).toBe("hibernated")
    host.put("later", 100, { labels: { "plimsoll.hibernate.after-ms": "exempt" } })
    await keepAt(0.95, host, 20)
    expect((await host.row("later"))?.nap).toBeDefined()
    expect(stopped).toEqual(["naps", "busy"])
  })
})

describe("advice", () => {
  it("tells once who would hibernate, and lets nobody", async () => {
    const host = await start()
    host.put("c", 100)
    await host.set((settings) => ({ ...settings, rungs: { ...settings.rungs, hibernate: { mode: "advise", usedShare: 0.94 } } }))
    await keepAt(0.95, host, 60)
    expect(of("advised", await host.events())).toMatchObject([
      { action: "advise", id: "c", attributes: { beforeBytes: String(100 * MiB), why: "it has been idle for 10 s" } },
    ])
    expect(await statusOf(host, "c")).toBe("running")
  })

  it("is not given where it could not be done", async () => {
    const host = await start({ ...onV2, features: ["pause", "nap", "reclaim"] })
    host.put("c", 100)
    await host.set((settings) => ({ ...settings, mode: "advise" }))
    await keepAt(0.95, host, 30)
    expect(of("advised", await host.events())).toEqual([])
  })
})
