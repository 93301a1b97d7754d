import { statSync } from "node:fs"
import { join } from "node:path"
import type { LogLine, LogOptions } from "../../engine.js"
import type { ContainerLogs, EngineContext } from "../engine-context.js"
import { currentLog } from "./log-files.js"
import { readLog } from "./read-log.js"
import { rotateLog } from "./rotate-log.js"

type Dependencies = Pick<EngineContext, "paths" | "clock" | "sandbox" | "report">

interface Bounds {
  maxBytes: number
  maxFiles: number
}

/** A log that is looked after: its file, its bounds, what the last look found, and when (by the monotonic clock) the next is due. */
interface Watched {
  path: string
  bounds: Bounds
  sizeBytes: number
  lookedAt: number
  dueAt: number
}

/** Reads and rotates the logs that conmon writes. */
export function createContainerLogs(dependencies: Dependencies): ContainerLogs {
  return new ConmonLogs(dependencies)
}

// Sizes are looked at, not watched: a watch would wake the daemon for every line that any container writes. Who writes fast is looked at when its
// file will be full at that speed, so that one who floods its log takes of the host's disk about what it was given.
const lookEveryMs = 500
const lookSoonestMs = 20

class ConmonLogs implements ContainerLogs {
  readonly #dependencies: Dependencies
  readonly #watched = new Map<string, Watched>()
  readonly #rotating = new Set<string>()
  readonly #closing = new AbortController()
  #looking = false

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  read(containerId: string, options: LogOptions, endOfRun: AbortSignal): AsyncIterable<LogLine> {
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])])
    return readLog(this.#dependencies.paths.logDirectory(containerId), { ...options, signal, endOfRun })
  }

  watch(containerId: string, bounds: Bounds): void {
    const path = join(this.#dependencies.paths.logDirectory(containerId), currentLog)
    this.#watched.set(containerId, { path, bounds, sizeBytes: 0, lookedAt: this.#dependencies.clock.monotonic(), dueAt: 0 })
    if (!this.#looking) void this.#look()
  }

  unwatch(containerId: string): void {
    this.#watched.delete(containerId)
  }

  close(): void {
    this.#watched.clear()
    this.#closing.abort()
  }

  async #look(): Promise<void> {
    this.#looking = true
    try {
      while (this.#watched.size > 0) {
        const now = this.#dependencies.clock.monotonic()
        let nextAt = now + lookEveryMs
        for (const [containerId, watched] of this.#watched) {
          if (watched.dueAt <= now) this.#lookAt(containerId, watched, now)
          nextAt = Math.min(nextAt, watched.dueAt)
        }
        await this.#dependencies.clock.sleep(Math.max(lookSoonestMs, nextAt - now), this.#closing.signal)
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    } finally {
      this.#looking = false
    }
  }

  // One that cannot be looked at must not keep the others' logs growing, nor end the daemon.
  #lookAt(containerId: string, watched: Watched, now: number): void {
    watched.dueAt = now + lookEveryMs
    try {
      const size = statSync(watched.path, { throwIfNoEntry: false })?.size
      // An absent file while it runs: a rotation was cut off between the renames and the writer's new file.
      const isFull = size === undefined || size >= watched.bounds.maxBytes
      if (isFull && !this.#rotating.has(containerId)) void this.#rotate(containerId, watched.bounds)
      watched.dueAt = now + msUntilFull(watched, size ?? 0, now)
      watched.sizeBytes = size ?? 0
      watched.lookedAt = now
    } catch (error) {
      this.#dependencies.report.warn("The size of a container's log could not be looked at.", { containerId, error })
    }
  }

  async #rotate(containerId: string, { maxBytes, maxFiles }: Bounds): Promise<void> {
    this.#rotating.add(containerId)
    try {
      await rotateLog({
        directory: this.#dependencies.paths.logDirectory(containerId),
        maxBytes,
        maxFiles,
        reopen: () => this.#dependencies.sandbox.reopenLog(containerId),
      })
    } catch (error) {
      // It is tried again at the next look, unless the container ended meanwhile.
      if (this.#watched.has(containerId)) this.#dependencies.report.warn("A container's log could not be rotated.", { containerId, error })
    } finally {
      this.#rotating.delete(containerId)
    }
  }
}

/**
 * How long until the file is full when it goes on growing as since the last look, and at most twice as long as since then: who was quiet for a moment
 * only is not taken for quiet. A file that is full is being rotated, and begins anew.
 */
export function msUntilFull({ bounds, sizeBytes, lookedAt }: Omit<Watched, "dueAt" | "path">, size: number, now: number): number {
  const elapsedMs = Math.max(1, now - lookedAt)
  // After a rotation the file is smaller: all of it is new.
  const grown = size >= sizeBytes ? size - sizeBytes : size
  const free = size >= bounds.maxBytes ? bounds.maxBytes : bounds.maxBytes - size
  return Math.max(lookSoonestMs, Math.min(lookEveryMs, 2 * elapsedMs, (free * elapsedMs) / Math.max(1, grown)))
}
