import type { LogLine } from "../../engine.js"

/** Messages looked back upon: more than one log file has between two rotations. */
const maximumKept = 50_000

/**
 * Tells lines that Docker gives a follower once more after it rotated the log (a known weakness of its followers) from new ones. Docker
 * stamps each message with nanoseconds as it is read, the pieces of one long line alike: a message is known by stamp, stream and its place
 * among those with that stamp.
 */
export class ReplayedLines {
  readonly #seen = new Set<string>()
  readonly #last = new Map<LogLine["stream"], { stamp: string; place: number; line: LogLine }>()

  /** True when the line was given before. */
  isReplay(stamp: string, line: LogLine): boolean {
    const last = this.#last.get(line.stream)
    const continues = last?.stamp === stamp
    if (continues && !last.line.partial && last.line.data.equals(line.data)) return true
    const place = continues ? last.place + 1 : 0
    this.#last.set(line.stream, { stamp, place, line })
    const key = `${stamp} ${line.stream} ${place}`
    if (this.#seen.has(key)) return true
    this.#seen.add(key)
    if (this.#seen.size > maximumKept) this.#seen.delete(this.#seen.values().next().value ?? "")
    return false
  }
}
