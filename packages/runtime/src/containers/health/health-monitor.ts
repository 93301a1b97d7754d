import type { HealthProbeResult, HealthStatus } from "../../engine.js"
import type { Clock } from "../../kernel/clock.js"
import type { EngineContext, HealthListener, HealthMonitor, HealthTarget } from "../engine-context.js"
import { afterProbe, type HealthState } from "./health-state.js"

type Dependencies = Pick<EngineContext, "clock" | "sandbox" | "report">

/** Runs the health checks of running containers, one probe of a container at a time. */
export function createHealthMonitor(dependencies: Dependencies, onChange: HealthListener): HealthMonitor {
  const watches = new Map<string, HealthWatch>()
  const unwatch = (containerId: string): void => {
    watches.get(containerId)?.stop()
    watches.delete(containerId)
  }
  return {
    watch: (target, known) => {
      unwatch(target.containerId)
      const watch = new HealthWatch(dependencies, target, known ?? { status: "starting", log: [] }, onChange)
      watches.set(target.containerId, watch)
      void watch.run()
    },
    unwatch,
    suspend: (containerId) => watches.get(containerId)?.suspend(),
    resume: (containerId) => watches.get(containerId)?.resume(),
    current: (containerId) => watches.get(containerId)?.current,
    close: () => {
      for (const containerId of [...watches.keys()]) unwatch(containerId)
    },
  }
}

class HealthWatch {
  readonly #dependencies: Dependencies
  readonly #target: HealthTarget
  readonly #onChange: HealthListener
  readonly #stopping = new AbortController()
  #state: HealthState
  #suspended: Promise<void> | undefined
  /** How often it was suspended, so that a probe knows that it was while it ran. */
  #suspensions = 0
  #wake: (() => void) | undefined

  constructor(
    dependencies: Dependencies,
    target: HealthTarget,
    known: { status: HealthStatus; log: readonly HealthProbeResult[] },
    onChange: HealthListener,
  ) {
    this.#dependencies = dependencies
    this.#target = target
    this.#onChange = onChange
    this.#state = { ...known, failingStreak: failingStreak(known.log) }
  }

  get current(): { status: HealthStatus; log: readonly HealthProbeResult[] } {
    return { status: this.#state.status, log: this.#state.log }
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping
    while (await this.#pause(this.#dependencies.clock, signal)) {
      while (this.#suspended !== undefined) await this.#suspended
      const suspensions = this.#suspensions
      const result = signal.aborted ? undefined : await this.#probe()
      // A probe that a pause or the container's end cut off says nothing about its health, also when it ends after the pause.
      if (result === undefined || this.#suspensions !== suspensions || signal.aborted) continue
      const before = this.#state.status
      this.#state = afterProbe(this.#state, result, this.#target)
      if (this.#state.status !== before) this.#onChange(this.#target.containerId, this.current)
    }
  }

  stop(): void {
    this.#stopping.abort()
    this.resume()
  }

  suspend(): void {
    this.#suspensions++
    this.#suspended ??= new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  resume(): void {
    this.#suspended = undefined
    this.#wake?.()
  }

  async #pause(clock: Clock, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    try {
      await clock.sleep(this.#target.check.intervalMs, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
  }

  async #probe(): Promise<HealthProbeResult | undefined> {
    const { containerId, check, user, environment, workingDirectory } = this.#target
    const startedAt = this.#dependencies.clock.now()
    try {
      const { exitCode, output, timedOut } = await this.#dependencies.sandbox.run({
        id: containerId,
        command: check.command,
        uid: user.uid,
        gid: user.gid,
        environment: [...environment],
        workingDirectory,
        timeoutMs: check.timeoutMs,
        maximumOutputBytes: maximumOutputBytes,
      })
      const finishedAt = this.#dependencies.clock.now()
      return timedOut
        ? { startedAt, finishedAt, exitCode: -1, output: `The check did not finish within ${check.timeoutMs} ms.` }
        : { startedAt, finishedAt, exitCode, output }
    } catch (error) {
      if (this.#stopping.signal.aborted) return undefined
      // The check could not even be run (no such program, no memory left): that is not healthy, and the log says why.
      this.#dependencies.report.warn("A health check could not be run.", { containerId, error })
      return {
        startedAt,
        finishedAt: this.#dependencies.clock.now(),
        exitCode: -1,
        output: error instanceof Error ? error.message.slice(0, maximumOutputBytes) : String(error),
      }
    }
  }
}

const maximumOutputBytes = 4096

function failingStreak(log: readonly HealthProbeResult[]): number {
  const lastSuccess = log.findLastIndex((result) => result.exitCode === 0)
  return log.length - 1 - lastSuccess
}
