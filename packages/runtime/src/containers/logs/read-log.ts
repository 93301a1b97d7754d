import type { LogLine, LogOptions } from "../../engine.js"
import { errnoOf } from "../../errors.js"
import type { LogRecord } from "./decode-record.js"
import { DirectorySignal } from "./directory-signal.js"
import { LineJoiner } from "./join-pieces.js"
import { closeLogFiles, type OpenLogFile, openLogFiles, openNextLogFile } from "./log-files.js"
import { type PlacedRecord, RecordReader } from "./record-reader.js"
import { findTailStart, isBefore, type LogPosition, type StreamStarts } from "./tail-start.js"

export interface ReadLogOptions extends Omit<LogOptions, "signal"> {
  /** Ends the iteration at once. */
  signal: AbortSignal
  /** With `follow`: what is written until it aborts is still read, then the iteration ends. */
  endOfRun: AbortSignal
}

/**
 * Lines of a log directory in the order in which they ended, across rotated files. `tail` reads backwards from the end;
 * `since` and `until` count before it. `follow` waits for inotify; what has no end of line is given as `partial` once
 * nothing more came for a moment.
 */
export async function* readLog(directory: string, options: ReadLogOptions): AsyncGenerator<LogLine> {
  const joiner = new LineJoiner()
  yield* readPieces(directory, options, joiner)
  if (!options.signal.aborted) yield* joiner.flush()
}

/** How long an unfinished line waits for its rest before it is shown. */
const unfinishedMs = 50

async function* readPieces(directory: string, options: ReadLogOptions, joiner: LineJoiner): AsyncGenerator<LogLine> {
  // Watching begins before reading: what is written in between wakes the first wait.
  using changes = options.follow === true ? watchIfPresent(directory) : undefined
  const files = await openLogFiles(directory)
  const wanted = (record: LogRecord): boolean => isWanted(record, options)
  try {
    const starts = await startOf(files, options, wanted)
    let index = starts === undefined ? 0 : Math.min(starts.stdout.file, starts.stderr.file)
    let offset =
      starts === undefined
        ? 0
        : Math.min(...Object.values(starts).map((start) => (start.file === index ? start.offset : Number.POSITIVE_INFINITY)))
    for (let file = files[index]; file !== undefined; file = files[++index], offset = 0) {
      if (options.signal.aborted) return
      const reader = new RecordReader(file.handle, offset)
      const readable = joined(reader, { index, starts, wanted, joiner, signal: options.signal })
      yield* readable()
      if (index < files.length - 1 || changes === undefined) continue
      const next = yield* followFile({ directory, file, changes, options, readable, joiner })
      if (next === undefined) return
      files.push(next)
    }
    if (files.length === 0 && changes !== undefined) yield* followFromNothing({ directory, changes, options, joiner })
  } finally {
    await closeLogFiles(files)
  }
}

function startOf(
  files: readonly OpenLogFile[],
  options: ReadLogOptions,
  wanted: (record: LogRecord) => boolean,
): Promise<StreamStarts> | undefined {
  return options.tail === undefined ? undefined : findTailStart(files, { lines: options.tail, wanted })
}

// Goes on in the last file until there is a younger one, and gives that back; undefined: the end.
async function* followFile(options: {
  directory: string
  file: OpenLogFile
  changes: DirectorySignal
  options: ReadLogOptions
  readable: () => AsyncGenerator<LogLine>
  joiner: LineJoiner
}): AsyncGenerator<LogLine, OpenLogFile | undefined> {
  const { signal, endOfRun } = options.options
  for (;;) {
    // Asked before reading: whatever was written before the run ended, or before the next file appeared, is read below.
    const ended = endOfRun.aborted
    const next = await openNextLogFile(options.directory, options.file.inode)
    yield* options.readable()
    if (signal.aborted) {
      if (next !== undefined) await closeLogFiles([next])
      return undefined
    }
    if (next !== undefined) return next
    if (ended) return undefined
    const signals = [signal, endOfRun]
    const changed = await options.changes.next({ signals, ...(options.joiner.hasUnfinished ? { withinMs: unfinishedMs } : {}) })
    if (!changed) yield* options.joiner.flush()
  }
}

// A container that has not written yet: its log appears later.
async function* followFromNothing(context: {
  directory: string
  changes: DirectorySignal
  options: ReadLogOptions
  joiner: LineJoiner
}): AsyncGenerator<LogLine> {
  const { directory, changes, options, joiner } = context
  for (;;) {
    const ended = options.endOfRun.aborted
    const files = await openLogFiles(directory)
    await closeLogFiles(files)
    if (files.length > 0) return yield* readPieces(directory, withoutTail(options), joiner)
    if (ended || options.signal.aborted) return
    await changes.next({ signals: [options.signal, options.endOfRun] })
  }
}

function withoutTail({ tail: _dropped, ...options }: ReadLogOptions): ReadLogOptions {
  return options
}

function joined(
  reader: RecordReader,
  options: {
    index: number
    starts: StreamStarts | undefined
    wanted: (record: LogRecord) => boolean
    joiner: LineJoiner
    signal: AbortSignal
  },
): () => AsyncGenerator<LogLine> {
  const { index, starts, wanted, joiner, signal } = options
  const inTail = ({ record, offset }: PlacedRecord): boolean =>
    starts === undefined || !isBefore({ file: index, offset } satisfies LogPosition, starts[record.stream])
  return async function* () {
    for await (const placed of reader.toEnd()) {
      if (signal.aborted) return
      const line = wanted(placed.record) && inTail(placed) ? joiner.add(placed.record) : undefined
      if (line !== undefined) yield line
    }
  }
}

// Naming one stream alone leaves the other out; naming none means both.
function isWanted(record: LogRecord, { stdout, stderr, since, until }: LogOptions): boolean {
  const streamWanted = record.stream === "stdout" ? (stdout ?? stderr !== true) : (stderr ?? stdout !== true)
  return streamWanted && record.timestamp >= (since ?? Number.NEGATIVE_INFINITY) && record.timestamp <= (until ?? Number.POSITIVE_INFINITY)
}

function watchIfPresent(directory: string): DirectorySignal | undefined {
  try {
    return new DirectorySignal(directory)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (errnoOf(cause) === "ENOENT") return undefined
    throw error
  }
}
