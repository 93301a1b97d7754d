import { EngineError, errnoOf } from "../errors.js"
import type { Clock } from "../kernel/clock.js"

/** Freezing in one cgroup version. Paths are relative to the hierarchy. */
export interface Freezer {
  /** Its directory. */
  group(relativePath: string): string
  request(relativePath: string, frozen: boolean): void
  /** True once every process is in the state; asks again where the kernel needs it. */
  reached(relativePath: string, frozen: boolean): boolean
  /** True when freezing was asked for, reached or not. */
  requested(relativePath: string): boolean
}

/** Asks and waits until the kernel reports it. A process in an uninterruptible sleep holds freezing up: after `deadlineMs` it is undone and rejected with `deadline_exceeded`. `not_found` when the group is removed meanwhile. */
export async function setFrozen(options: {
  freezer: Freezer
  relativePath: string
  frozen: boolean
  clock: Clock
  deadlineMs: number
}): Promise<void> {
  try {
    await requestAndWait(options)
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENODEV") throw error
    throw new EngineError("not_found", {
      facts: { op: options.frozen ? "freeze" : "thaw", cgroup: options.relativePath },
      cause: error,
      publicMessage: "The container has just ended.",
    })
  }
}

async function requestAndWait(options: Parameters<typeof setFrozen>[0]): Promise<void> {
  const { freezer, relativePath, frozen, clock } = options
  freezer.request(relativePath, frozen)
  const deadline = clock.monotonic() + options.deadlineMs
  for (let pause = 0.25; !freezer.reached(relativePath, frozen); pause = Math.min(pause * 2, 50)) {
    if (clock.monotonic() > deadline) {
      freezer.request(relativePath, false)
      throw new EngineError("deadline_exceeded", {
        facts: { op: frozen ? "freeze" : "thaw", cgroup: relativePath, deadlineMs: options.deadlineMs },
        publicMessage: `The container could not be paused within ${options.deadlineMs} ms: a process waits in the kernel (often for a disk or a network file system). It goes on running.`,
      })
    }
    await clock.sleep(pause)
  }
}
