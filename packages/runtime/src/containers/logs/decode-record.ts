import type { LogLine } from "../../engine.js"

/** One record of the log: a line, or with `partial` a piece of one that goes on in the stream's next record. */
export type LogRecord = LogLine

/**
 * Decodes a record of conmon's `k8s-file` format, without its newline:
 * ```
 *   2026-11-21T04:00:00.123456789+00:00 stdout F the line
 *   time, with nanoseconds and zone     stream │ bytes as the process wrote them
 *                                              └ F: the line ends here, P: it goes on
 * ```
 * (kubernetes/design-proposals, cri logging.) Undefined when the bytes are no record, as after a full disk.
 */
export function decodeRecord(bytes: Buffer): LogRecord | undefined {
  const afterTime = bytes.indexOf(SPACE)
  if (afterTime < 20 || afterTime > 40) return undefined
  const stream = streamAt(bytes, afterTime + 1)
  if (stream === undefined) return undefined
  const tag = bytes[afterTime + 8]
  if ((tag !== TAG_FULL && tag !== TAG_PARTIAL) || bytes[afterTime + 9] !== SPACE) return undefined
  const timestamp = parseTime(bytes.toString("latin1", 0, afterTime))
  if (timestamp === undefined) return undefined
  return { stream, timestamp, partial: tag === TAG_PARTIAL, data: bytes.subarray(afterTime + 10) }
}

const SPACE = 0x20
const TAG_FULL = 0x46
const TAG_PARTIAL = 0x50
const LETTER_O = 0x6f
const LETTER_E = 0x65

// `stdout` and `stderr` differ in their fourth letter, and both are followed by a space.
function streamAt(bytes: Buffer, offset: number): LogRecord["stream"] | undefined {
  if (bytes[offset + 6] !== SPACE) return undefined
  const name = bytes[offset + 3] === LETTER_O ? "stdout" : bytes[offset + 3] === LETTER_E ? "stderr" : undefined
  return name !== undefined && bytes.toString("latin1", offset, offset + 6) === name ? name : undefined
}

let lastSecond = ""
let lastSecondMs = 0

// Most records are of the same second as the one before: the calendar is asked once a second.
function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,9})(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (match === null) return undefined
  const second = `${match[1]}${match[3]}`
  if (second !== lastSecond) {
    const parsed = Date.parse(second)
    if (Number.isNaN(parsed)) return undefined
    lastSecondMs = parsed
    lastSecond = second
  }
  return lastSecondMs + Number(`0.${match[2]}`) * 1000
}
