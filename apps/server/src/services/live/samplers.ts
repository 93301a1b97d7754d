import type { ContainerRow } from "../../contract/containers.js"
import type { Frame, Sampler } from "./sampler.js"

/** The samplers of all hosts. Each goes at its own pace: a slow host holds up nobody but itself. */
export class Samplers {
  readonly #samplers = new Map<string, { sampler: Sampler; stop: () => void }>()
  readonly #listeners = new Set<(frame: Frame) => void>()

  /** Passes its frames on from now. */
  add(host: string, sampler: Sampler): void {
    this.#samplers.set(host, { sampler, stop: sampler.onFrame((frame) => this.#publish(frame)) })
  }

  /** Its rows go. */
  remove(host: string, at: number): void {
    const entry = this.#samplers.get(host)
    if (entry === undefined) return
    entry.stop()
    this.#samplers.delete(host)
    this.#publish({ at, upserted: [], removed: [...entry.sampler.rows.keys()], samples: undefined })
  }

  of(host: string): Sampler | undefined {
    return this.#samplers.get(host)?.sampler
  }

  /** By host, in the order in which they were added. */
  *all(): Generator<[string, Sampler], void, void> {
    for (const [host, { sampler }] of this.#samplers) yield [host, sampler]
  }

  rows(): ContainerRow[] {
    return [...this.all()].flatMap(([, sampler]) => [...sampler.rows.values()])
  }

  /** Where a full id, a unique prefix or a name is known. */
  find(id: string): { host: string; id: string }[] {
    return [...this.all()].flatMap(([host, sampler]) => {
      const found = sampler.resolve(id)
      return found === undefined ? [] : [{ host, id: found }]
    })
  }

  /** Frames of all hosts, each by itself. Returns what stops it. */
  onFrame(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await Promise.all([...this.all()].map(([, sampler]) => sampler.close()))
  }

  #publish(frame: Frame): void {
    for (const listener of this.#listeners) listener(frame)
  }
}
