import { type FSWatcher, watch } from "node:fs"
import { EngineError, errnoOf } from "../../errors.js"

/** Tells when something in a directory changed (inotify, no polling). A change between two calls of `next` is not missed. */
export class DirectorySignal implements Disposable {
  readonly #watcher: FSWatcher
  #changed = true
  #wake: (() => void) | undefined

  /** Rejects with `internal` naming the setting to raise when the host's inotify watches are used up. */
  constructor(directory: string) {
    try {
      this.#watcher = watch(directory, { persistent: false }, () => this.#notify())
    } catch (cause) {
      const errno = errnoOf(cause)
      throw new EngineError("internal", {
        facts: { op: "inotify", directory, errno },
        cause,
        publicMessage:
          errno === "ENOSPC" || errno === "EMFILE"
            ? "The host's inotify watches are used up. Raise them: sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024"
            : "The log's directory cannot be watched.",
      })
    }
    // The directory was removed: what waits looks again and finds that out.
    this.#watcher.on("error", () => this.#notify())
  }

  /**
   * Resolves with true at the next change, at once when there was one since the last call, or when a signal aborts;
   * with false when nothing happened within `withinMs`.
   */
  async next(options: { signals: readonly AbortSignal[]; withinMs?: number }): Promise<boolean> {
    const over = options.signals.some((signal) => signal.aborted)
    if (!this.#changed && !over) await this.#wait(options)
    const changed = this.#changed || over
    this.#changed = false
    return changed
  }

  [Symbol.dispose](): void {
    this.#watcher.close()
    this.#notify()
  }

  async #wait({ signals, withinMs }: { signals: readonly AbortSignal[]; withinMs?: number }): Promise<void> {
    const wake = (): void => this.#notify()
    for (const signal of signals) signal.addEventListener("abort", wake, { once: true })
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      if (withinMs !== undefined) timer = setTimeout(resolve, withinMs)
    })
    clearTimeout(timer)
    this.#wake = undefined
    for (const signal of signals) signal.removeEventListener("abort", wake)
  }

  #notify(): void {
    this.#changed = true
    this.#wake?.()
    this.#wake = undefined
  }
}
