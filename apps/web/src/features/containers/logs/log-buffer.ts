import type { LogBatchLine } from "@plimsoll/server/contract"

export type LogLevel = "error" | "warning" | "info" | "debug"

/** A whole line as it is shown. */
export interface ShownLine {
  /** Grows with each line, so that a line keeps its key while older ones go. */
  sequence: number
  stream: "stdout" | "stderr"
  timestamp: number
  text: string
  level: LogLevel | undefined
  /** Shown only because a line beside it matches. */
  context?: true
}

/** A part of a log that is bounded in lines. */
export interface LogBuffer {
  lines: readonly ShownLine[]
  /** How many older lines went to keep within the bound. */
  dropped: number
  /** It keeps its first lines and has as many as it may: what comes after is not taken in. */
  full: boolean
  next: number
  /** Beginnings of lines whose end has not come, by stream. */
  open: Partial<Record<"stdout" | "stderr", { timestamp: number; text: string }>>
}

export const emptyLog: LogBuffer = { lines: [], dropped: 0, full: false, next: 0, open: {} }
export const LOG_CAPACITY = 20_000
/** A line longer than this is cut on the screen; the download has it whole. */
export const LINE_CAPACITY = 20_000

/**
 * The buffer with a batch added: parts of one line are joined, control sequences taken out. Beyond the capacity the oldest
 * are dropped, or, with `keep: "first"`, what comes later is left out, so that the moment one jumped to stays.
 */
export function appendLines(
  buffer: LogBuffer,
  batch: readonly LogBatchLine[],
  { capacity = LOG_CAPACITY, keep = "last" }: { capacity?: number; keep?: "first" | "last" } = {},
): LogBuffer {
  if (buffer.full) return buffer
  const open = { ...buffer.open }
  const added: ShownLine[] = []
  let next = buffer.next
  for (const line of batch) {
    const begun = open[line.stream]
    const text = ((begun?.text ?? "") + line.text).slice(0, LINE_CAPACITY)
    const timestamp = begun?.timestamp ?? line.timestamp
    if (line.partial) {
      open[line.stream] = { timestamp, text }
      continue
    }
    delete open[line.stream]
    const shown = withoutControls(text)
    added.push({ sequence: next++, stream: line.stream, timestamp, text: shown, level: levelOf(shown) })
  }
  const lines = [...buffer.lines, ...added]
  if (keep === "first") return { lines: lines.slice(0, capacity), dropped: 0, full: lines.length >= capacity, next, open }
  const excess = Math.max(0, lines.length - capacity)
  return { lines: excess > 0 ? lines.slice(excess) : lines, dropped: buffer.dropped + excess, full: false, next, open }
}

// Escape sequences (ECMA-48 CSI and OSC), carriage returns, and other controls but tab.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROLS = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b.|[\u0000-\u0008\u000b-\u001f\u007f]/g

function withoutControls(text: string): string {
  return text.replace(CONTROLS, "")
}

const LEVELS: [LogLevel, RegExp][] = [
  ["error", /\b(?:fatal|panic|critical|crit|error|err|exception|alert|emerg)\b/i],
  ["warning", /\b(?:warn|warning)\b/i],
  ["info", /\b(?:info|notice)\b/i],
  ["debug", /\b(?:debug|trace|verbose)\b/i],
]

/** The level that a line names near its beginning; undefined when it names none. */
export function levelOf(text: string): LogLevel | undefined {
  const head = text.slice(0, 160)
  return LEVELS.find(([, pattern]) => pattern.test(head))?.[0]
}

export interface LogFilter {
  text: string
  streams: readonly ("stdout" | "stderr")[]
  levels: readonly LogLevel[]
  /** How many lines before and after each match are shown with it; default none. */
  context?: number
}

/** Lines to show. Letter case does not matter; no levels chosen means all. */
export function filterLog(lines: readonly ShownLine[], filter: LogFilter): readonly ShownLine[] {
  const text = filter.text.toLowerCase()
  if (text === "" && filter.streams.length === 2 && filter.levels.length === 0) return lines
  const matches = (line: ShownLine) =>
    filter.streams.includes(line.stream) &&
    (filter.levels.length === 0 || (line.level !== undefined && filter.levels.includes(line.level))) &&
    (text === "" || line.text.toLowerCase().includes(text))
  const { context = 0 } = filter
  return context === 0 ? lines.filter(matches) : withContext(lines, matches, context)
}

function withContext(lines: readonly ShownLine[], matches: (line: ShownLine) => boolean, context: number): ShownLine[] {
  const shown: ShownLine[] = []
  /** Up to here it is decided. */
  let done = 0
  lines.forEach((line, index) => {
    if (!matches(line)) return
    for (let at = Math.max(done, index - context); at < index; at++) add(at)
    shown.push(line)
    done = index + 1
    for (; done < lines.length && done <= index + context; done++) {
      const next = lines[done]
      if (next && matches(next)) break
      add(done)
    }
  })
  function add(at: number): void {
    const line = lines[at]
    if (line) shown.push({ ...line, context: true })
  }
  return shown
}

/** Where `word` occurs in `text`, letter case aside: pieces in order, every other one a match, the first none. */
export function splitAtMatches(text: string, word: string): string[] {
  if (word === "") return [text]
  const pieces: string[] = []
  const small = text.toLowerCase()
  // Some letters grow when they are made small (U+0130): then places in one are not places in the other.
  if (small.length !== text.length) return [text]
  const wanted = word.toLowerCase()
  let from = 0
  for (let at = small.indexOf(wanted); at >= 0; at = small.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  return [...pieces, text.slice(from)]
}
