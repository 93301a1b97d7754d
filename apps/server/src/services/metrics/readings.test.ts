import { EngineError } from "@plimsoll/runtime"
import { afterEach, describe, expect, it, vi } from "vitest"
import type { HostUsage } from "../../contract/host.js"
import { containerMetrics, hostMetrics } from "../../contract/metrics.js"
import { fakeEngine, statsOf, summaryOf } from "../../testing/fake-engine.js"
import { computeRates, operationRates } from "../live/compute-rates.js"
import { Sampler } from "../live/sampler.js"
import { Samplers } from "../live/samplers.js"
import { readingsOf } from "./create-metrics-service.js"
import { containerReading, tenantReadings } from "./readings.js"

function reading(id: string, limits: { memoryMaxBytes?: number }) {
  const stats = statsOf(id, 2000, 500_000, {
    memory: { ...statsOf(id, 0, 0).memory, ...(limits.memoryMaxBytes && { maxBytes: limits.memoryMaxBytes }) },
  })
  const previous = statsOf(id, 1000, 0)
  const sample = { stats, rates: computeRates(previous, stats), operations: operationRates(previous, stats) }
  return { tenant: "acme", reading: containerReading({ ...summaryOf(id, { limits }), host: "local", stats: sample.rates }, sample) }
}

const someUsage: HostUsage = {
  ...{ at: 0, cpu: { cores: 1, usedCores: 0, loadAverage: [0, 0, 0] }, swap: { totalBytes: 0, usedBytes: 0 }, pressure: {} },
  memory: { totalBytes: 1, usedBytes: 1, availableBytes: 0, cachedBytes: 0 },
  network: { receivedBytesPerSecond: null, transmittedBytesPerSecond: null },
  disk: { readBytesPerSecond: null, writeBytesPerSecond: null, totalBytes: 1, usedBytes: 0 },
}

const value = (values: ArrayLike<number> | undefined, metric: (typeof containerMetrics)[number]) =>
  values?.[containerMetrics.indexOf(metric)]

describe("readings", () => {
  it("sum up to the tenant; a limit of the sum exists only where each has one", () => {
    const limited = tenantReadings([reading("a", { memoryMaxBytes: 10 }), reading("b", { memoryMaxBytes: 20 })])[0]
    expect(limited?.subject).toEqual({ scope: "tenant", key: "acme" })
    expect(value(limited?.values, "cpuCores")).toBe(1)
    expect(value(limited?.values, "memoryUsedBytes")).toBe(2000)
    expect(value(limited?.values, "memoryLimitBytes")).toBe(30)
    const mixed = tenantReadings([reading("a", { memoryMaxBytes: 10 }), reading("b", {})])[0]
    expect(value(mixed?.values, "memoryLimitBytes")).toBeNaN()
    expect(value(mixed?.values, "cpuPressure")).toBeNaN()
  })
})

describe("the readings of one second", () => {
  const stopping: Sampler[] = []
  afterEach(async () => {
    for (const sampler of stopping.splice(0)) await sampler.close()
  })

  async function sampled(host: string, samplers: Samplers, ids: string[]) {
    const engine = fakeEngine()
    for (const id of ids) {
      engine.put(summaryOf(id, { tenant: "acme" }))
      engine.stats.set(id, statsOf(id, 1000, 0))
    }
    const access = { get: () => engine, info: () => engine.info(), onOpened: () => () => undefined, close: async () => undefined }
    const sampler = new Sampler({ host, engine: access, now: Date.now, onError: () => undefined })
    stopping.push(sampler)
    samplers.add(host, sampler)
    sampler.start()
    await vi.waitFor(() => expect(sampler.samples.size).toBe(ids.length), { timeout: 5000, interval: 5 })
    return { sampler, access, engine }
  }

  it("are of all hosts: another host's are the sum of its containers', and what it does not tell is unknown", async () => {
    const samplers = new Samplers()
    await sampled("local", samplers, ["a"])
    const { sampler } = await sampled("far", samplers, ["b", "c"])
    const readings = readingsOf({ at: sampler.sampledAt, samplers, usage: undefined })
    const of = (scope: string, key: string) => readings.find(({ subject }) => subject.scope === scope && subject.key === key)?.values
    const far = of("host", "far")
    expect(far?.[hostMetrics.indexOf("memoryUsedBytes")]).toBe(2000)
    expect(far?.[hostMetrics.indexOf("runningContainers")]).toBe(2)
    expect(far?.[hostMetrics.indexOf("load1")]).toBeNaN()
    expect(value(of("tenant", "acme"), "memoryUsedBytes")).toBe(3000)
    expect(of("container", "b")).toBeDefined()
    // Without the machine's own figures it has none; its containers still have theirs.
    expect(of("host", "host")).toBeUndefined()
  })

  it("of one that hibernates are nothing, which is no gap, and it does not count as running", async () => {
    const samplers = new Samplers()
    const { sampler, engine } = await sampled("local", samplers, ["a", "b"])
    const limits = { memoryMaxBytes: 700 }
    engine.put({ ...(await engine.containers.inspect("b")), limits }, "update")
    await engine.containers.hibernate("b")
    sampler.restore(await engine.containers.list())
    await vi.waitFor(() => expect(sampler.samples.size).toBe(1), { timeout: 5000, interval: 5 })
    expect(sampler.rows.get("b")).toMatchObject({ state: { status: "hibernated" }, stats: null })
    const readings = readingsOf({ at: sampler.sampledAt, samplers, usage: someUsage })
    const of = (scope: string, key: string) => readings.find(({ subject }) => subject.scope === scope && subject.key === key)?.values
    const figures = ["cpuCores", "memoryUsedBytes", "memorySwapBytes", "pids", "memoryLimitBytes", "memoryPressure"] as const
    expect(figures.map((metric) => value(of("container", "b"), metric))).toEqual([0, 0, 0, 0, 700, Number.NaN])
    expect(value(of("tenant", "acme"), "memoryUsedBytes")).toBe(1000)
    expect(of("host", "host")?.[hostMetrics.indexOf("runningContainers")]).toBe(1)
    expect(readingsOf({ at: sampler.sampledAt + 10_000, samplers, usage: undefined })).toEqual([])
  })

  it("leave a gap for a host that is slow or away", async () => {
    const samplers = new Samplers()
    await sampled("local", samplers, ["a"])
    const { sampler, access } = await sampled("far", samplers, ["b"])
    const subjects = (at: number) => readingsOf({ at, samplers, usage: undefined }).map(({ subject }) => subject.key)
    expect(subjects(sampler.sampledAt)).toEqual(["a", "b", "acme", "far"])
    expect(subjects(sampler.sampledAt + 10_000)).toEqual([])
    access.get = () => {
      throw new EngineError("engine_unavailable")
    }
    await vi.waitFor(() => expect(sampler.samples.size).toBe(0), { timeout: 5000, interval: 5 })
    expect(subjects(Date.now())).toEqual(["a", "acme"])
  })
})
