import { mkdir, readFile, truncate } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import { writeFileAtomic } from "../../kernel/write-file-atomic.js"
import type { DiagnosticSink } from "../engine-context.js"
import { type JournalLine, type JournalSegment, listSegments, readSegment } from "./journal-segment.js"

/** What the journal on disk says, after repair. */
export interface RecoveredJournal {
  segments: JournalSegment[]
  /** Every cursor given out before is at most this. */
  lastCursor: number
  /** Highest sequence seen for each object. */
  sequences: Map<string, number>
  /** Time of the oldest event that is kept; infinity when there is none. */
  oldestAt: number
}

/** More than could ever have been given out and not yet be on the disk when the power went. */
const CURSORS_SKIPPED_AFTER_BOOT = 1_000_000

/**
 * Reads all segments, cuts off a torn last line (the daemon or the host died while it was written), and makes sure that no
 * cursor is given out twice: after a reboot the newest lines may be missing although somebody has seen them, so that the
 * cursors jump.
 */
export async function recoverJournal(directory: string, bootId: string, report: DiagnosticSink): Promise<RecoveredJournal> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const recovered: RecoveredJournal = { segments: [], lastCursor: 0, sequences: new Map(), oldestAt: Number.POSITIVE_INFINITY }
  const found = await listSegments(directory)
  for (const [index, { path, firstCursor }] of found.entries()) {
    const segment = await scan(path, firstCursor, recovered, report)
    if (index === found.length - 1) await truncate(path, segment.sizeBytes)
    recovered.segments.push(segment)
    recovered.lastCursor = Math.max(recovered.lastCursor, segment.lastCursor)
  }
  if (await isNewBoot(directory, bootId)) recovered.lastCursor += CURSORS_SKIPPED_AFTER_BOOT
  return recovered
}

/** Object and place in its history, from a key `<object>:<sequence>`. */
export function parseKey(key: string): { object: string; sequence: number } {
  const colon = key.lastIndexOf(":")
  return { object: key.slice(0, colon), sequence: Number(key.slice(colon + 1)) }
}

async function scan(path: string, firstCursor: number, recovered: RecoveredJournal, report: DiagnosticSink): Promise<JournalSegment> {
  const segment: JournalSegment = { path, firstCursor, lastCursor: firstCursor - 1, lines: 0, sizeBytes: 0 }
  let unreadable = 0
  for await (const { lines, endBytes } of readSegment(path)) {
    segment.sizeBytes = endBytes
    for (const line of lines) {
      if (line === undefined) unreadable++
      else note(line, segment, recovered)
    }
  }
  if (unreadable > 0) report.error("the event journal has lines that cannot be read; they are skipped", { path, lines: unreadable })
  return segment
}

function note(line: JournalLine, segment: JournalSegment, recovered: RecoveredJournal): void {
  segment.lines++
  segment.lastCursor = Math.max(segment.lastCursor, line.cursor)
  recovered.oldestAt = Math.min(recovered.oldestAt, line.at)
  const { object, sequence } = parseKey(line.key)
  recovered.sequences.set(object, Math.max(recovered.sequences.get(object) ?? 0, sequence))
}

async function isNewBoot(directory: string, bootId: string): Promise<boolean> {
  const path = join(directory, "boot")
  const before = await readIfThere(path)
  if (before === bootId) return false
  await writeFileAtomic(path, bootId)
  return before !== undefined
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}
