import { dirname, join } from "node:path"
import { readProcFile } from "../kernel/process-stat.js"
import { field, StatFile } from "./stat-file.js"

/**
 * Something that cannot stand still while the counter of a group moves: the same counter of a group above, which includes it, or one of the
 * whole kernel. One reading of it spares a reading of each group.
 */
export interface Sign {
  /** Grows by one with each reading that differs from the one before, or that tells nothing. Read at most once in `SHARED_MS`. */
  changes(): number
  /** As it was last read, if that is no longer ago than `SHARED_MS`; NaN otherwise. */
  known(): number
}

/** All groups are sampled in one go: each sign is read once for it. */
export const SHARED_MS = 100

/** Watches one counter of one group by its signs, the outermost first. */
export class Lookout {
  readonly #signs: readonly Sign[]
  readonly #seen: number[]

  constructor(signs: readonly Sign[]) {
    this.#signs = signs
    this.#seen = signs.map(() => Number.NaN)
  }

  /**
   * Whether the counter must be read, which the caller then does at once: `whole`, or no sign has stood still since. What is remembered of the
   * signs is always older than the reading, so that a move between the two is taken for one after it.
   */
  isDue(whole: boolean): boolean {
    const signs = this.#signs
    if (!whole) for (let index = 0; index < signs.length; index++) if (signs[index]?.changes() === this.#seen[index]) return false
    for (let index = 0; index < signs.length; index++) this.#seen[index] = signs[index]?.known() ?? Number.NaN
    return true
  }
}

/** A lookout to hold while the group is sampled. */
export interface HeldLookout {
  lookout: Lookout
  release(): void
}

/** The signs of all groups of one driver. */
export class Signs {
  readonly #now: () => number
  readonly #turn = { at: 0 }
  readonly #above = new Map<string, SharedFile>()
  readonly #oomKills: Sign
  #phase = 0

  /** `now`: milliseconds that never go back. */
  constructor(options: { now?: () => number; readVmstat?: () => string | undefined } = {}) {
    const { now = () => performance.now(), readVmstat = () => readProcFile("/proc/vmstat") } = options
    this.#now = now
    this.#oomKills = new SharedReading({ turn: this.#turn, read: () => field(readVmstat() ?? "", "oom_kill") })
  }

  /** A group is sampled now: one look at the clock for all its signs. */
  begin(): void {
    this.#turn.at = this.#now()
  }

  /** When the sampling began that goes on. */
  get at(): number {
    return this.#turn.at
  }

  /** 0 to 1, another for each sampler, so that whole readings are not all in the same second. Parts of the golden ratio fill the time evenly, however many there are. */
  nextPhase(): number {
    const phase = this.#phase
    this.#phase = (phase + 0.618_034) % 1
    return phase
  }

  /** OOM kills of the whole kernel (`oom_kill` of /proc/vmstat, since Linux 4.13): none anywhere is none here. */
  oomKills(): Lookout {
    return new Lookout([this.#oomKills])
  }

  /** The file of that name in each group between `mount` and `group`. `figure` is the part of its text that stands still while the counters below do. */
  above(options: { mount: string; group: string; name: string; figure: (text: string) => string | number }): HeldLookout {
    const { mount, name, figure } = options
    const files: SharedFile[] = []
    for (let group = dirname(options.group); group.length > mount.length && group !== "/"; group = dirname(group)) {
      const path = join(group, name)
      const file = this.#above.get(path) ?? new SharedFile({ turn: this.#turn, path, figure })
      this.#above.set(path, file)
      file.users++
      files.unshift(file)
    }
    const release = (): void => {
      for (const file of files.splice(0)) {
        if (--file.users > 0) continue
        file.close()
        if (this.#above.get(file.path) === file) this.#above.delete(file.path)
      }
    }
    return { lookout: new Lookout([...files]), release }
  }
}

class SharedReading implements Sign {
  readonly #turn: { at: number }
  readonly #read: () => string | number | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #last: string | number | undefined
  #changes = 0

  constructor(options: { turn: { at: number }; read: () => string | number | undefined }) {
    this.#turn = options.turn
    this.#read = options.read
  }

  changes(): number {
    const now = this.#turn.at
    if (now - this.#readAt < SHARED_MS) return this.#changes
    const figure = this.#read()
    this.#readAt = now
    if (figure === undefined || figure !== this.#last) this.#changes++
    this.#last = figure
    return this.#changes
  }

  known(): number {
    return this.#turn.at - this.#readAt < SHARED_MS ? this.#changes : Number.NaN
  }
}

/** One file of a group above, kept open while groups below are sampled. */
class SharedFile implements Sign {
  users = 0
  readonly path: string
  readonly #figure: (text: string) => string | number
  readonly #reading: SharedReading
  #file: StatFile | undefined
  #alone = 0

  constructor(options: { turn: { at: number }; path: string; figure: (text: string) => string | number }) {
    this.path = options.path
    this.#figure = options.figure
    this.#reading = new SharedReading({ turn: options.turn, read: () => this.#read() })
  }

  changes(): number {
    // For one group alone its own file is read as cheaply.
    return this.users > 1 ? this.#reading.changes() : --this.#alone
  }

  known(): number {
    return this.users > 1 ? this.#reading.known() : Number.NaN
  }

  close(): void {
    this.#file?.close()
    this.#file = undefined
  }

  #read(): string | number | undefined {
    this.#file ??= StatFile.open(this.path)
    const text = this.#file?.text()
    // The group went, and may come again.
    if (text === undefined) this.close()
    return text === undefined || text.length >= StatFile.MAXIMUM_BYTES ? undefined : this.#figure(text)
  }
}
