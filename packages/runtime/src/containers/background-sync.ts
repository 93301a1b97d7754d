import { setTimeout as sleep } from "node:timers/promises"
import { errnoOf } from "../errors.js"
import { syncFile } from "../kernel/write-file-atomic.js"
import type { DiagnosticSink } from "./engine-context.js"

/** A breath, so that what is removed or written again at once costs the disk nothing. */
const DELAY_MS = 50

/** Syncs files to disk soon after they were written, one after the other, off everybody's path. */
export class BackgroundSync {
  readonly #report: DiagnosticSink
  readonly #paths = new Set<string>()
  #running: Promise<void> | undefined

  constructor(report: DiagnosticSink) {
    this.#report = report
  }

  soon(path: string): void {
    this.#paths.add(path)
    this.#running ??= this.#run()
  }

  /** Resolves when all is synced that was asked for. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    await sleep(DELAY_MS)
    for (const path of this.#paths) {
      this.#paths.delete(path)
      try {
        await syncFile(path)
      } catch (error) {
        // Removed meanwhile: nothing is left to keep.
        if (errnoOf(error) !== "ENOENT") this.#report.error("a file could not be synced to disk", { path, error })
      }
    }
    this.#running = undefined
  }
}
