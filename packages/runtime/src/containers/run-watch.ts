import type { Clock } from "../kernel/clock.js"
import { isPidInUse, isSameProcessAlive } from "../kernel/process-stat.js"
import type { SandboxDriver } from "../sandbox/sandbox.js"
import type { RunFacts } from "./container-record.js"
import type { DiagnosticSink } from "./engine-context.js"

export interface RunExit {
  exitCode: number
  finishedAt: number
}

interface WatchedRun {
  facts: RunFacts | undefined
  settled: RunExit | undefined
  resolve(exit: RunExit): void
  exited: Promise<RunExit>
  /** When the process was first found gone without an exit file. */
  goneSince: number | undefined
  looks: number
}

interface RunWatchOptions {
  clock: Clock
  sandbox: Pick<SandboxDriver, "exitOf" | "onExit">
  report: DiagnosticSink
  /** A container's run ended; called once a run. How it ended is kept until the next run (`exitOf`). */
  onRunEnd(containerId: string): void
  /** An exit file of something that is no container: an exec. */
  onOtherExit(id: string, exit: RunExit): void
}

const CHECK_INTERVAL_MS = 1000
/** A pid that is in use is most likely still the run's: who it is, and whether it is a zombie, costs twenty times as much to tell, and is asked at every fifth look. */
const LOOKS_FOR_IDENTITY = 5
/** conmon writes the exit file right after the process is gone. Longer than this: conmon is gone too and nobody knows the code. */
const EXIT_FILE_GRACE_MS = 2000
/** As `ExitStatus.exitCode` has it. */
export const UNKNOWN_EXIT_CODE = -1

/**
 * Knows when runs end: from conmon's exit files at once, and, should conmon have been killed, by looking once a second
 * whether each process is there, and at every fifth look whether it is still the same one.
 */
export class RunWatch {
  readonly #options: RunWatchOptions
  readonly #runs = new Map<string, WatchedRun>()
  readonly #stopListening: () => void
  readonly #closed = new AbortController()

  constructor(options: RunWatchOptions) {
    this.#options = options
    this.#stopListening = options.sandbox.onExit((id, exit) => {
      const run = this.#runs.get(id)
      if (run === undefined) options.onOtherExit(id, exit)
      else this.#settle(id, run, exit)
    })
    void this.#checkRegularly()
  }

  /** A run begins: from here on its exit is caught, even before it is known to have started. */
  expect(containerId: string): void {
    this.#runs.set(containerId, watchedRun(undefined))
  }

  /** The run's process, to be looked after. Reports an exit that was written while nobody watched. */
  async confirm(containerId: string, facts: RunFacts): Promise<void> {
    const run = this.#runs.get(containerId) ?? watchedRun(facts)
    run.facts = facts
    this.#runs.set(containerId, run)
    const exit = await this.#options.sandbox.exitOf(containerId)
    if (exit !== undefined && this.#runs.get(containerId) === run) this.#settle(containerId, run, exit)
  }

  /** Resolves at the end of the present run; undefined when none is watched. */
  exited(containerId: string): Promise<RunExit> | undefined {
    return this.#runs.get(containerId)?.exited
  }

  /** How the present run ended, if it has. An exit of an earlier run is never given: each run is watched anew. */
  exitOf(containerId: string): RunExit | undefined {
    return this.#runs.get(containerId)?.settled
  }

  forget(containerId: string): void {
    this.#runs.delete(containerId)
  }

  close(): void {
    this.#closed.abort()
    this.#stopListening()
    this.#runs.clear()
  }

  #settle(id: string, run: WatchedRun, exit: RunExit): void {
    if (run.settled !== undefined) return
    run.settled = exit
    run.resolve(exit)
    this.#options.onRunEnd(id)
  }

  async #checkRegularly(): Promise<void> {
    const { clock, report } = this.#options
    while (!this.#closed.signal.aborted) {
      try {
        await clock.sleep(CHECK_INTERVAL_MS, this.#closed.signal)
        await this.check()
      } catch (error) {
        if (!this.#closed.signal.aborted) report.error("looking after running containers failed", { error })
      }
    }
  }

  /** Looks at every run once. */
  async check(): Promise<void> {
    for (const [id, run] of [...this.#runs]) {
      if (run.facts === undefined || run.settled !== undefined) continue
      const byPid = run.goneSince === undefined && run.looks++ % LOOKS_FOR_IDENTITY > 0
      if (byPid && isPidInUse(run.facts.pid)) continue
      if (isSameProcessAlive(run.facts.pid, run.facts.pidStartTicks)) continue
      const exit = await this.#options.sandbox.exitOf(id)
      const now = this.#options.clock.now()
      run.goneSince ??= now
      if (exit !== undefined) this.#settle(id, run, exit)
      else if (now - run.goneSince >= EXIT_FILE_GRACE_MS) this.#settle(id, run, { exitCode: UNKNOWN_EXIT_CODE, finishedAt: run.goneSince })
    }
  }
}

function watchedRun(facts: RunFacts | undefined): WatchedRun {
  let resolve = (_: RunExit): void => undefined
  const exited = new Promise<RunExit>((settle) => {
    resolve = settle
  })
  return { facts, settled: undefined, resolve, exited, goneSince: undefined, looks: 0 }
}
