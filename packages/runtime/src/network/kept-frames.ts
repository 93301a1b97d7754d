/** A frame as the packet socket gave it, and the network that it came by. */
export interface KeptFrame {
  network: string
  frame: Buffer
}

/** What came for a container that was not there to take it: the first frames, bounded in number, bytes and age. */
export class KeptFrames {
  readonly #now: () => number
  #frames: (KeptFrame & { at: number })[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  /** Keeps a copy. False when there is no room for it. */
  add(network: string, frame: Buffer): boolean {
    this.#dropOld()
    const bytes = this.#frames.reduce((sum, kept) => sum + kept.frame.length, 0)
    if (this.#frames.length >= MAXIMUM_FRAMES || bytes + frame.length > MAXIMUM_BYTES) return false
    this.#frames.push({ network, frame: Buffer.from(frame), at: this.#now() })
    return true
  }

  /** In the order in which they came; they are not kept any more. */
  take(): KeptFrame[] {
    this.#dropOld()
    return this.#frames.splice(0)
  }

  #dropOld(): void {
    const since = this.#now() - MAXIMUM_AGE_MS
    this.#frames = this.#frames.filter(({ at }) => at >= since)
  }
}

const MAXIMUM_FRAMES = 64
const MAXIMUM_BYTES = 64 * 1024
/** By then who sent it has given up, or sent it anew. */
const MAXIMUM_AGE_MS = 60_000
