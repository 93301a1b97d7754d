import { afterEach, describe, expect, it } from "vitest"
import { fakeEngine, statsOf, summaryOf } from "../../testing/fake-engine.js"
import type { EngineAccess } from "../engine/engine-access.js"
import { createContainersLive } from "./create-containers-live.js"
import { type Frame, Sampler } from "./sampler.js"
import { Samplers } from "./samplers.js"

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function start({ now = Date.now, ...options }: { deadlineMs?: number; now?: () => number; monotonic?: () => number } = {}) {
  const engine = fakeEngine()
  const access: EngineAccess = {
    get: () => engine,
    info: () => engine.info(),
    close: () => engine.close(),
    onOpened(listener) {
      listener(engine)
      return () => undefined
    },
  }
  const errors: unknown[] = []
  const sampler = new Sampler({ host: "local", ...options, engine: access, now, onError: (error) => errors.push(error) })
  closing.push(() => sampler.close())
  const samplers = new Samplers()
  samplers.add("local", sampler)
  const hosts = { ofContainer: async () => ({ host: "local", engine }), assertAny: () => undefined }
  const live = createContainersLive({ samplers, hosts, now: Date.now })
  return { engine, access, sampler, live, errors }
}

function nextFrame(sampler: Sampler, wanted: (frame: Frame) => boolean): Promise<Frame> {
  return new Promise((resolve) => {
    const stop = sampler.onFrame((frame) => {
      if (!wanted(frame)) return
      stop()
      resolve(frame)
    })
  })
}

describe("the sampler", () => {
  it("shows a change within the same second, from the event and not from the clock", async () => {
    const { engine, sampler } = start()
    sampler.start()
    engine.put(summaryOf("aaaa"))
    const frame = await nextFrame(sampler, ({ upserted }) => upserted.some(({ id }) => id === "aaaa"))
    expect(frame.samples).toBeUndefined()
    engine.drop("aaaa")
    expect((await nextFrame(sampler, ({ removed }) => removed.length > 0)).removed).toEqual(["aaaa"])
  })

  it("samples once a second for everybody, and a row that did not change is not sent again", async () => {
    const { engine, sampler, live } = start()
    engine.put(summaryOf("aaaa"))
    engine.stats.set("aaaa", statsOf("aaaa", 1000, 0))
    sampler.start()
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    engine.stats.set("aaaa", statsOf("aaaa", 2000, 250_000))
    const reader = live.follow(new AbortController().signal)[Symbol.asyncIterator]()
    const snapshot = (await reader.next()).value
    expect(snapshot).toMatchObject({ type: "snapshot", containers: [{ id: "aaaa" }] })
    const delta = (await reader.next()).value
    expect(delta).toMatchObject({ type: "delta", upserted: [], removed: [], stats: [{ id: "aaaa", cpuCores: 0.25 }] })
    await reader.return?.()
  })

  it("goes on after a sample failed", async () => {
    const { engine, sampler, errors } = start()
    const statsAll = engine.containers.statsAll
    engine.containers.statsAll = () => {
      engine.containers.statsAll = statsAll
      return Promise.reject(new Error("cgroup went away"))
    }
    sampler.start()
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    expect(errors).toHaveLength(1)
  })

  it("leaves an engine that does not answer in time alone, and asks it as soon as it was away and is back", async () => {
    const { engine, access, sampler, errors } = start({ deadlineMs: 20 })
    engine.put(summaryOf("aaaa"))
    engine.stats.set("aaaa", statsOf("aaaa", 1000, 0))
    const { statsAll } = engine.containers
    let asked = 0
    engine.containers.statsAll = () => {
      asked++
      return new Promise(() => undefined)
    }
    sampler.start()
    for (let second = 0; second < 2; second++) await nextFrame(sampler, ({ samples }) => samples !== undefined)
    expect(asked).toBe(1)
    expect(errors).toMatchObject([{ code: "deadline_exceeded" }])
    access.get = () => {
      throw new Error("away")
    }
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    access.get = () => engine
    engine.containers.statsAll = statsAll
    expect((await nextFrame(sampler, ({ samples }) => samples !== undefined)).samples?.has("aaaa")).toBe(true)
  })

  it("leaves it alone for no longer when the clock is set back meanwhile", async () => {
    const clock = { backMs: 0, aheadMs: 0 }
    const { engine, sampler } = start({
      deadlineMs: 20,
      now: () => Date.now() - clock.backMs,
      monotonic: () => performance.now() + clock.aheadMs,
    })
    let asked = 0
    engine.containers.statsAll = () => {
      asked++
      return new Promise(() => undefined)
    }
    sampler.start()
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    clock.backMs = 3_600_000
    clock.aheadMs = 30_000
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    expect(asked).toBe(2)
  })

  it("tells once that figures are not of now, when the engine stops answering as when it is away", async () => {
    const { engine, sampler } = start({ deadlineMs: 20 })
    engine.put(summaryOf("aaaa"))
    engine.stats.set("aaaa", statsOf("aaaa", 1000, 0))
    sampler.start()
    await nextFrame(sampler, ({ samples }) => samples?.has("aaaa") === true)
    engine.containers.statsAll = () => new Promise(() => undefined)
    const frames: Frame[] = []
    sampler.onFrame((frame) => frames.push(frame))
    for (let second = 0; second < 2; second++) await nextFrame(sampler, ({ samples }) => samples !== undefined)
    expect(frames.flatMap(({ upserted }) => upserted)).toMatchObject([{ id: "aaaa", stats: null }])
  })

  it("tells the reader of one container that it is gone by ending", async () => {
    const { engine, sampler, live } = start()
    engine.put(summaryOf("aaaa"))
    engine.stats.set("aaaa", statsOf("aaaa", 1000, 0))
    sampler.start()
    await nextFrame(sampler, ({ samples }) => samples !== undefined)
    const messages: unknown[] = []
    for await (const message of live.followOne("name-aaaa", new AbortController().signal)) {
      messages.push(message)
      if (messages.length === 1) engine.drop("aaaa")
    }
    expect(messages.length).toBeGreaterThan(0)
  })
})
