import { statSync } from "node:fs"
import { join } from "node:path"
import type { LogLine, LogOptions } from "../../engine.js"
import { errnoOf } from "../../errors.js"
import type { ContainerLogs, EngineContext } from "../engine-context.js"
import { currentLog } from "./log-files.js"
import { readLog } from "./read-log.js"
import { rotateLog } from "./rotate-log.js"

type Dependencies = Pick<EngineContext, "paths" | "clock" | "sandbox" | "report">

interface Bounds {
  maxBytes: number
  maxFiles: number
}

/** Reads and rotates the logs that conmon writes. */
export function createContainerLogs(dependencies: Dependencies): ContainerLogs {
  return new ConmonLogs(dependencies)
}

// Sizes are looked at, not watched: a watch would wake the daemon for every line that any container writes.
const lookEveryMs = 1000

class ConmonLogs implements ContainerLogs {
  readonly #dependencies: Dependencies
  readonly #watched = new Map<string, Bounds>()
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
    this.#watched.set(containerId, bounds)
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
        for (const [containerId, bounds] of this.#watched) this.#lookAt(containerId, bounds)
        await this.#dependencies.clock.sleep(lookEveryMs, this.#closing.signal)
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    } finally {
      this.#looking = false
    }
  }

  // One that cannot be looked at must not keep the others' logs growing, nor end the daemon.
  #lookAt(containerId: string, bounds: Bounds): void {
    try {
      if (this.#needsRotation(containerId, bounds)) void this.#rotate(containerId, bounds)
    } catch (error) {
      this.#dependencies.report.warn("The size of a container's log could not be looked at.", { containerId, error })
    }
  }

  // An absent file while it runs: a rotation was cut off between the renames and the writer's new file.
  #needsRotation(containerId: string, { maxBytes }: Bounds): boolean {
    if (this.#rotating.has(containerId)) return false
    try {
      return statSync(join(this.#dependencies.paths.logDirectory(containerId), currentLog)).size >= maxBytes
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return true
      throw error
    }
  }

  async #rotate(containerId: string, { maxFiles }: Bounds): Promise<void> {
    this.#rotating.add(containerId)
    try {
      await rotateLog({
        directory: this.#dependencies.paths.logDirectory(containerId),
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
