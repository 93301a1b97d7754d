import { describe, expect, it } from "vitest"
import type { HealthProbeResult, HealthStatus } from "../../engine.js"
import type { Clock } from "../../kernel/clock.js"
import type { SandboxDriver } from "../../sandbox/sandbox.js"
import type { HealthCheck } from "../../spec/container-spec.js"
import { createHealthMonitor } from "./health-monitor.js"
import { afterProbe, type HealthState } from "./health-state.js"

const check: HealthCheck = { command: ["/check"], intervalMs: 1000, timeoutMs: 500, startPeriodMs: 0, retries: 3 }
const starting: HealthState = { status: "starting", log: [], failingStreak: 0 }

function probe(exitCode: number, startedAt = 0): HealthProbeResult {
  return { startedAt, finishedAt: startedAt, exitCode, output: "" }
}

function after(exitCodes: number[], options: { startPeriodMs?: number; from?: HealthState } = {}): HealthState {
  return exitCodes.reduce(
    (state, exitCode, index) =>
      afterProbe(state, probe(exitCode, index * 1000), { check: { ...check, startPeriodMs: options.startPeriodMs ?? 0 }, startedAt: 0 }),
    options.from ?? starting,
  )
}

describe("the state", () => {
  it("is healthy after one success", () => {
    expect(after([0]).status).toBe("healthy")
  })
  it("is unhealthy after as many failures in a row as retries say", () => {
    expect(after([1, 1]).status).toBe("starting")
    expect(after([1, 1, 1]).status).toBe("unhealthy")
    expect(after([0, 1, 1, 0, 1, 1]).status).toBe("healthy")
  })
  it("does not count failures within the start period, until the first success", () => {
    expect(after([1, 1, 1, 1, 1], { startPeriodMs: 5000 }).status).toBe("starting")
    expect(after([1, 1, 1, 1, 1, 1, 1, 1], { startPeriodMs: 5000 }).status).toBe("unhealthy")
    expect(after([0, 1, 1, 1], { startPeriodMs: 5000 }).status).toBe("unhealthy")
  })
  it("recovers with one success", () => {
    expect(after([1, 1, 1, 0]).status).toBe("healthy")
  })
  it("remembers five probes", () => {
    expect(after([1, 2, 3, 4, 5, 6, 7]).log.map((result) => result.exitCode)).toEqual([3, 4, 5, 6, 7])
  })
})

/** Time that stands still until it is turned. */
class TurnedClock implements Clock {
  #now = 0
  readonly #sleepers: { at: number; wake: () => void }[] = []
  now = (): number => this.#now
  monotonic = (): number => this.#now
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
      this.#sleepers.push({ at: this.#now + ms, wake: resolve })
    })
  }
  async turn(ms: number): Promise<void> {
    this.#now += ms
    for (const sleeper of this.#sleepers.splice(0)) {
      if (sleeper.at <= this.#now) sleeper.wake()
      else this.#sleepers.push(sleeper)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function monitored(run: () => Promise<{ exitCode: number; output: string; timedOut: boolean }>) {
  const clock = new TurnedClock()
  const changes: HealthStatus[] = []
  const warnings: string[] = []
  const sandbox = { run } as unknown as SandboxDriver
  const report = { warn: (message: string) => void warnings.push(message), error: (message: string) => void warnings.push(message) }
  const monitor = createHealthMonitor({ clock, sandbox, report }, (_, health) => changes.push(health.status))
  const target = {
    containerId: "c",
    check,
    startedAt: 0,
    user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
    environment: [],
    workingDirectory: "/",
  }
  return { clock, changes, monitor, target, warnings }
}

describe("the monitor", () => {
  it("probes once an interval and tells of changes alone", async () => {
    let exitCode = 0
    let runs = 0
    const { clock, changes, monitor, target } = monitored(async () => {
      runs++
      return { exitCode, output: "out", timedOut: false }
    })
    monitor.watch(target)
    expect(monitor.current("c")).toEqual({ status: "starting", log: [] })
    await clock.turn(999)
    expect(runs).toBe(0)
    await clock.turn(1)
    await clock.turn(1000)
    expect([runs, changes]).toEqual([2, ["healthy"]])
    exitCode = 1
    for (let turn = 0; turn < 3; turn++) await clock.turn(1000)
    expect(changes).toEqual(["healthy", "unhealthy"])
    expect(monitor.current("c")?.log.at(-1)).toEqual({ startedAt: 5000, finishedAt: 5000, exitCode: 1, output: "out" })
    monitor.unwatch("c")
    await clock.turn(5000)
    expect(runs).toBe(5)
    expect(monitor.current("c")).toBeUndefined()
  })

  it("counts a check that takes too long, or that cannot be run, as failed", async () => {
    let broken = false
    const { clock, monitor, target, warnings } = monitored(async () => {
      if (broken) throw new Error("no such program")
      return { exitCode: 0, output: "", timedOut: true }
    })
    monitor.watch(target)
    await clock.turn(1000)
    broken = true
    await clock.turn(1000)
    expect(monitor.current("c")?.log.map((result) => [result.exitCode, result.output])).toEqual([
      [-1, "The check did not finish within 500 ms."],
      [-1, "no such program"],
    ])
    expect(warnings).toHaveLength(1)
    monitor.close()
  })

  it("does not probe while the container is paused", async () => {
    let runs = 0
    const { clock, monitor, target } = monitored(async () => {
      runs++
      return { exitCode: 0, output: "", timedOut: false }
    })
    monitor.watch(target)
    monitor.suspend("c")
    for (let turn = 0; turn < 3; turn++) await clock.turn(1000)
    expect(runs).toBe(0)
    monitor.resume("c")
    await clock.turn(0)
    expect(runs).toBe(1)
    monitor.close()
  })

  it("does not count a check that was under way when the container was paused, even if it ends after that", async () => {
    let end = (_: { exitCode: number; output: string; timedOut: boolean }): void => undefined
    const { clock, monitor, target } = monitored(
      () =>
        new Promise((resolve) => {
          end = resolve
        }),
    )
    monitor.watch(target, { status: "healthy", log: [] })
    await clock.turn(1000)
    monitor.suspend("c")
    monitor.resume("c")
    end({ exitCode: 0, output: "", timedOut: true })
    await clock.turn(0)
    expect(monitor.current("c")).toEqual({ status: "healthy", log: [] })
    await clock.turn(1000)
    end({ exitCode: 0, output: "fine", timedOut: false })
    await clock.turn(0)
    expect(monitor.current("c")?.log.map(({ output }) => output)).toEqual(["fine"])
    monitor.close()
  })

  it("goes on from what was known when the daemon comes back", async () => {
    const { clock, changes, monitor, target } = monitored(async () => ({ exitCode: 1, output: "", timedOut: false }))
    monitor.watch(target, { status: "healthy", log: [probe(0), probe(1), probe(1)] })
    await clock.turn(1000)
    expect(changes).toEqual(["unhealthy"])
    monitor.close()
  })
})
