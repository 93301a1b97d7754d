import type { Clock } from "../kernel/clock.js"
import { MAXIMUM_BACKOFF_MS } from "./restart-policy.js"

/** Wakes containers whose restart policy waits. */
export class RestartTimers {
  readonly #clock: Clock
  readonly #timers = new Map<string, AbortController>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Calls back at `at`, at once when it has passed, and after the longest pause of a policy at the latest: a clock that was set back must not keep a
   * container down. Replaces a timer of the same container.
   */
  set(containerId: string, at: number, callback: () => void): void {
    this.cancel(containerId)
    const controller = new AbortController()
    this.#timers.set(containerId, controller)
    void this.#wait(containerId, Math.min(MAXIMUM_BACKOFF_MS, Math.max(0, at - this.#clock.now())), controller, callback)
  }

  cancel(containerId: string): void {
    this.#timers.get(containerId)?.abort()
    this.#timers.delete(containerId)
  }

  close(): void {
    for (const id of [...this.#timers.keys()]) this.cancel(id)
  }

  async #wait(containerId: string, delayMs: number, controller: AbortController, callback: () => void): Promise<void> {
    try {
      await this.#clock.sleep(delayMs, controller.signal)
    } catch (error) {
      if (controller.signal.aborted) return
      throw error
    }
    if (this.#timers.get(containerId) === controller) this.#timers.delete(containerId)
    callback()
  }
}
