import { EngineError } from "@plimsoll/runtime"
import { afterEach, describe, expect, it, vi } from "vitest"
import { stallReason } from "../../contract/reasons.js"
import { doneBy, type LadderHost, MiB, onV1, startLadderHost } from "../../testing/ladder-host.js"

const hosts: LadderHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close()
})
async function start(...options: Parameters<typeof startLadderHost>): Promise<LadderHost> {
  const host = await startLadderHost(...options)
  hosts.push(host)
  return host
}

describe("faults", () => {
  it("a crash in the middle leaves nobody tightened, and a limit that somebody set since stays theirs", async () => {
    const host = await start()
    host.put("a", 200)
    host.put("b", 150, { limits: { memoryHighBytes: 400 * MiB } })
    host.put("c", 140)
    await host.fill(0.89)
    await host.seconds(4)
    for (const id of ["a", "b", "c"]) expect((await host.row(id))?.limits.memoryHighBytes).toBeLessThan(200 * MiB)
    await host.engine.containers.update("c", { limits: { memoryHighBytes: 333 * MiB } })
    await host.crash()
    expect((await host.row("a"))?.limits).toEqual({})
    expect((await host.row("b"))?.limits).toEqual({ memoryHighBytes: 400 * MiB })
    expect((await host.row("c"))?.limits).toEqual({ memoryHighBytes: 333 * MiB })
  })

  it("a crash between the kernel and the record of it leaves nobody tightened either", async () => {
    const host = await start()
    const { update } = host.engine.containers
    let goOn = () => {}
    host.engine.containers.update = async (...change) => {
      const changed = await update(...change)
      await new Promise<void>((resolve) => (goOn = resolve))
      return changed
    }
    host.put("a", 200)
    await host.fill(0.89)
    await host.seconds(4, { settle: false })
    await vi.waitFor(async () => expect((await host.row("a"))?.limits.memoryHighBytes).toBeLessThan(200 * MiB))
    host.engine.containers.update = update
    await host.crash()
    expect((await host.row("a"))?.limits).toEqual({})
    goOn()
  })

  it("no step is taken while the host's memory cannot be read", async () => {
    const host = await start()
    host.put("best", 100)
    await host.fill(0.99)
    host.host.readingFails = true
    await host.seconds(30)
    expect((await host.row("best"))?.state.status).toBe("running")
    expect(await host.events()).toMatchObject([
      { action: "stalled", attributes: { why: expect.stringContaining("memory could not be read"), whyFacts: '{"code":"unreadable"}' } },
    ])
    expect(host.reported).toEqual([expect.stringContaining("no /proc")])
    host.host.readingFails = false
    await host.seconds(6)
    expect((await host.row("best"))?.state.status).toBe("exited")
  })

  it("leaving in order puts back what was tightened", async () => {
    const host = await start()
    host.put("a", 200)
    await host.fill(0.89)
    await host.seconds(4)
    await host.ladder.close()
    expect((await host.row("a"))?.limits).toEqual({})
  })

  it("one that fell asleep while it was tightened gets its limit back when it is awake: a change would wake it", async () => {
    const host = await start()
    host.put("a", 200)
    await host.fill(0.89)
    await host.seconds(4)
    await host.engine.containers.nap("a")
    host.host.ownBytes = 0
    await host.seconds(150)
    expect(await host.row("a")).toMatchObject({ nap: {}, limits: { memoryHighBytes: expect.any(Number) } })
    await host.engine.containers.wake("a")
    await host.seconds(6)
    expect(await host.row("a")).toMatchObject({ limits: {} })
  })

  it("no step is taken while the sampler hangs, which is told once, and the ladder goes on when it answers", async () => {
    const host = await start()
    host.put("best", 100)
    await host.seconds(2)
    host.host.hangs = true
    await host.fill(0.99)
    await host.seconds(70)
    expect((await host.row("best"))?.state.status).toBe("running")
    const stalled = (await host.events()).filter(({ action }) => action === "stalled")
    expect(stalled).toMatchObject([{ attributes: { why: expect.stringContaining("no step is taken") } }])
    expect(stallReason.parse(JSON.parse(stalled[0]?.attributes.whyFacts ?? ""))).toMatchObject({ code: "not-measured" })
    const before = (await host.events()).length
    await host.seconds(10)
    expect((await host.events()).length).toBe(before)
    host.host.hangs = false
    await host.seconds(8)
    expect((await host.row("best"))?.state.status).toBe("exited")
  })

  it("a wall clock that jumps moves nothing", async () => {
    const host = await start()
    host.put("idle", 300)
    await host.fill(0.92)
    await host.seconds(6)
    host.clock.wall += 86_400_000
    await host.seconds(3)
    expect(host.ladder.now()).toMatchObject({ rung: "nap", napping: [] })
    host.clock.wall -= 10 * 86_400_000
    await host.seconds(3)
    expect(host.ladder.now()).toMatchObject({ rung: "nap", napping: [] })
  })

  it("without free swap nothing is pushed out, which is said once, and stopping still works", async () => {
    const host = await start()
    host.reading.swapFreeBytes = 0
    host.put("idle", 300)
    await host.set((settings) => ({ ...settings, nap: { ...settings.nap, idleMs: 3000 } }))
    await host.fill(0.98)
    await host.seconds(6)
    expect(host.engine.stats.get("idle")?.memory.swapBytes).toBe(0)
    const failed = (await host.events()).filter(({ attributes }) => attributes.result === "failed")
    expect(failed.map(({ action, attributes }) => [action, attributes.why])).toEqual([
      ["reclaim", "there is no free swap to push memory out to"],
      ["nap", "there is no free swap to push memory out to"],
    ])
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["idle"])
  })

  it("on cgroup v1 tightening says that it cannot, and reclaim takes larger steps", async () => {
    const host = await start(onV1)
    host.put("idle", 400)
    await host.fill(0.82)
    await host.seconds(2)
    const small = host.engine.stats.get("idle")?.memory.swapBytes ?? 0
    expect(small).toBe(Math.floor(400 * MiB * 0.015))
    await host.fill(0.9)
    await host.seconds(7)
    const large = (host.engine.stats.get("idle")?.memory.swapBytes ?? 0) - small
    expect(large).toBe(Math.floor((400 * MiB - small) * 0.05))
    expect((await host.row("idle"))?.limits).toEqual({})
    const told = (await host.events()).filter(({ action, attributes }) => action === "tighten" && attributes.result === "failed")
    expect(told).toMatchObject([{ attributes: { why: "cgroup v1 has no memory.high: idle memory is taken back in larger steps instead" } }])
  })

  it("an engine that cannot nap is asked again a minute later, and says why once", async () => {
    const host = await start()
    let asked = 0
    host.engine.containers.nap = () => {
      asked++
      return Promise.reject(new EngineError("unsupported", { publicMessage: "There is no freezer." }))
    }
    host.put("idle", 300)
    await host.set((settings) => ({ ...settings, nap: { ...settings.nap, idleMs: 3000 } }))
    await host.fill(0.92)
    await host.seconds(30)
    expect(asked).toBe(1)
    await host.seconds(60)
    expect(asked).toBe(2)
    const told = (await host.events()).filter(({ action, attributes }) => action === "nap" && attributes.result === "failed")
    expect(told).toMatchObject([{ attributes: { why: "There is no freezer." } }])
  })

  it("one that hangs while it is stopped keeps nobody from deciding, and nothing else is begun meanwhile", async () => {
    const host = await start()
    const { stop } = host.engine.containers
    let letGo = () => {}
    host.engine.containers.stop = (id) => (id === "large" ? new Promise((resolve) => (letGo = () => resolve(stop(id)))) : stop(id))
    host.put("large", 300)
    host.put("small", 100)
    await host.fill(0.99)
    await host.seconds(5, { settle: false })
    await host.seconds(30, { settle: false })
    expect(host.ladder.now().rung).toBe("stop")
    expect((await host.row("small"))?.state.status).toBe("running")
    host.host.ownBytes = 0
    await host.seconds(200, { settle: false })
    expect(host.ladder.now().rung).toBe(null)
    letGo()
    await host.seconds(2)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["large"])
    expect(doneBy("stop", await host.events()).map(({ id }) => id)).toEqual(["large"])
  })

  it.each([
    ["reclaim", "reclaim", 0.82],
    ["tighten", "update", 0.89],
    ["stop", "stop", 0.98],
  ] as const)("one that was removed meanwhile is no failure of the rung %s", async (rung, call, used) => {
    const host = await start()
    let asked = 0
    const refuse = (): Promise<never> => {
      asked++
      return Promise.reject(new EngineError("not_found"))
    }
    Object.assign(host.engine.containers, { [call]: refuse })
    host.put("gone", 300)
    await host.fill(used)
    await host.seconds(8)
    expect(asked).toBeGreaterThan(0)
    expect((await host.events()).filter(({ action, attributes }) => action === rung && attributes.result === "failed")).toEqual([])
    expect(host.reported).toEqual([])
    expect(host.ladder.now().stopped).toEqual([])
  })

  it("a journal that cannot be written keeps nobody from acting", async () => {
    const host = await start()
    host.host.journalFails = true
    host.put("best", 100)
    await host.fill(0.99)
    await host.seconds(6)
    expect((await host.row("best"))?.state.status).toBe("exited")
    expect(host.ladder.now().steps[0]).toMatchObject({ rung: "stop", result: "done", subject: { id: "best" } })
    expect(host.reported.some((line) => line.startsWith("record a step of the ladder"))).toBe(true)
  })

  it("one that cannot be stopped does not keep the next from it, and is not remembered as stopped", async () => {
    const host = await start()
    const { stop } = host.engine.containers
    host.engine.containers.stop = (id) => (id === "large" ? Promise.reject(new EngineError("runtime_failed")) : stop(id))
    host.put("large", 300)
    host.put("small", 100)
    await host.fill(0.99)
    await host.seconds(5)
    expect(host.ladder.now().stopped).toEqual([])
    await host.seconds(11)
    expect(host.ladder.now().stopped.map(({ id }) => id)).toEqual(["small"])
  })
})
