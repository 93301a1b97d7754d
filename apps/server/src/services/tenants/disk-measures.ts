import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"

/**
 * What disks and volumes take of the host's, as last measured. Measuring looks into each container's files, so that it is done now and then, one
 * after the other, and never while somebody waits.
 */
export class DiskMeasures {
  readonly #bytes = new Map<string, number>()
  #measuring: Promise<void> = Promise.resolve()

  /** Bytes of a container (by id) or a volume (by name) without a limit; 0 until it was measured. */
  of(key: string): number {
    return this.#bytes.get(key) ?? 0
  }

  measure(engine: ContainerEngine, signal: AbortSignal): Promise<void> {
    const done = this.#measuring.then(() => this.#measure(engine, signal))
    this.#measuring = done.catch(() => undefined)
    return done
  }

  /** Resolves when nothing is looked into any more. */
  async settled(): Promise<void> {
    await this.#measuring
  }

  async #measure(engine: ContainerEngine, signal: AbortSignal): Promise<void> {
    const seen = new Set<string>()
    const note = async (key: string, ask: () => Promise<number>) => {
      if (signal.aborted) return
      seen.add(key)
      try {
        this.#bytes.set(key, Math.max(0, await ask()))
      } catch (error) {
        // It was removed meanwhile.
        if (!isEngineError(error, "not_found")) throw error
      }
    }
    for (const { id } of await engine.containers.list())
      await note(id, async () => {
        const { disk, writableBytes } = await engine.containers.inspect(id)
        return disk.kind === "disk" ? disk.allocatedBytes : writableBytes
      })
    for (const { name, limit } of await engine.volumes.list())
      if (limit.kind === "none") await note(name, async () => (await engine.volumes.inspect(name)).usedBytes)
    if (signal.aborted) return
    for (const key of [...this.#bytes.keys()]) if (!seen.has(key)) this.#bytes.delete(key)
  }
}
