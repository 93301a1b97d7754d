import type { LogLine } from "../../engine.js"

/** Longest line that is given whole; a longer one comes in pieces of about this size. */
const maximumLineBytes = 1 << 20

interface Unfinished {
  timestamp: number
  pieces: Buffer[]
  bytes: number
}

/**
 * Puts lines together that conmon cut where its reads of 8 KiB ended. `add` gives the line that a piece completes;
 * `flush` what is unfinished, as `partial`, when there is nothing more to wait for.
 */
export class LineJoiner {
  readonly #unfinished = new Map<LogLine["stream"], Unfinished>()

  add(piece: LogLine): LogLine | undefined {
    const before = this.#unfinished.get(piece.stream)
    if (before === undefined && !piece.partial) return piece
    const line = before ?? { timestamp: piece.timestamp, pieces: [], bytes: 0 }
    line.pieces.push(piece.data)
    line.bytes += piece.data.length
    this.#unfinished.set(piece.stream, line)
    if (piece.partial && line.bytes < maximumLineBytes) return undefined
    return this.#take(piece.stream, piece.partial)
  }

  get hasUnfinished(): boolean {
    return this.#unfinished.size > 0
  }

  flush(): LogLine[] {
    return [...this.#unfinished.keys()].map((stream) => this.#take(stream, true)).filter((line) => line !== undefined)
  }

  #take(stream: LogLine["stream"], partial: boolean): LogLine | undefined {
    const line = this.#unfinished.get(stream)
    this.#unfinished.delete(stream)
    if (line === undefined) return undefined
    return {
      stream,
      timestamp: line.timestamp,
      data: line.pieces.length === 1 ? (line.pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(line.pieces),
      partial,
    }
  }
}
