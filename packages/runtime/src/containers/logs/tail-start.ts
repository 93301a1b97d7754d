import type { LogLine } from "../../engine.js"
import type { LogRecord } from "./decode-record.js"
import type { OpenLogFile } from "./log-files.js"
import { recordsBackward } from "./record-reader.js"

/** A place in the log: index of the file in the reader's list, and offset in it. */
export interface LogPosition {
  file: number
  offset: number
}

/** Where each stream's wanted part begins. */
export type StreamStarts = Record<LogLine["stream"], LogPosition>

/**
 * Finds where the last `lines` lines begin that `wanted` accepts, reading backwards from the end and no further than
 * needed. Lines of the two streams may be woven into each other in pieces; each stream gets its own beginning, so that
 * no line is cut. What is still unfinished at the end counts as a line.
 */
export async function findTailStart(
  files: readonly OpenLogFile[],
  options: { lines: number; wanted: (record: LogRecord) => boolean },
): Promise<StreamStarts> {
  const sizes = await Promise.all(files.map(async (file) => (await file.handle.stat()).size))
  const end: LogPosition = { file: Math.max(0, files.length - 1), offset: sizes.at(-1) ?? 0 }
  const search = new TailSearch(options.lines, end)
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files[index]
    if (file === undefined) continue
    for await (const { record, offset } of recordsBackward(file.handle, sizes[index] ?? 0)) {
      if (options.wanted(record) && search.see(record, { file: index, offset })) return search.starts
    }
  }
  return search.starts
}

export function isBefore(a: LogPosition, b: LogPosition): boolean {
  return a.file < b.file || (a.file === b.file && a.offset < b.offset)
}

// Looking for the first piece of a chosen line must not read the whole log when the other stream is the talkative one.
const lookBackRecords = 50_000

class TailSearch {
  readonly starts: StreamStarts
  readonly #lines: number
  #found = 0
  #beyond = 0
  readonly #state: Record<LogLine["stream"], "unseen" | "inside" | "complete"> = { stdout: "unseen", stderr: "unseen" }

  constructor(lines: number, end: LogPosition) {
    this.#lines = lines
    this.starts = { stdout: end, stderr: end }
  }

  /** Takes the next record towards the beginning. True: nothing before it is wanted. */
  see(record: LogRecord, position: LogPosition): boolean {
    const state = this.#state[record.stream]
    const endsLine = !record.partial || state === "unseen"
    if (endsLine && this.#found === this.#lines) this.#state[record.stream] = "complete"
    else if (endsLine) this.#found++
    if (this.#state[record.stream] !== "complete") {
      this.#state[record.stream] = "inside"
      this.starts[record.stream] = position
    }
    if (this.#found < this.#lines) return false
    return !Object.values(this.#state).includes("inside") || ++this.#beyond > lookBackRecords
  }
}
