import { type FileHandle, open, readdir } from "node:fs/promises"
import { join } from "node:path"
import type { EngineEvent } from "../../engine.js"
import { EngineError, errnoOf } from "../../errors.js"

/** A journal line: an event with the key that makes it unique. */
export type JournalLine = EngineEvent & { key: string }

/** One file of the journal, `<first cursor, 16 digits>.jsonl`. `sizeBytes` counts what is written whole. */
export interface JournalSegment {
  path: string
  firstCursor: number
  lastCursor: number
  lines: number
  sizeBytes: number
}

const SEGMENT_NAME = /^(\d{16})\.jsonl$/
const CHUNK_BYTES = 64 * 1024
const NEWLINE = 0x0a

export function segmentPath(directory: string, firstCursor: number): string {
  return join(directory, `${String(firstCursor).padStart(16, "0")}.jsonl`)
}

/** Paths of the segments with their first cursors, oldest first. */
export async function listSegments(directory: string): Promise<{ path: string; firstCursor: number }[]> {
  const names = await readdir(directory)
  return names
    .map((name) => SEGMENT_NAME.exec(name))
    .filter((match) => match !== null)
    .map((match) => ({ path: join(directory, match[0]), firstCursor: Number(match[1]) }))
    .sort((left, right) => left.firstCursor - right.firstCursor)
}

/**
 * Lines of a segment from its beginning to `untilBytes`, in batches of one read each, so that memory is bounded however
 * long it is. A line without newline at the end is not given out; lines that are no event are `undefined`.
 */
export async function* readSegment(
  path: string,
  untilBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<{ lines: (JournalLine | undefined)[]; endBytes: number }> {
  const handle = await openIfThere(path)
  if (handle === undefined) return
  try {
    let position = 0
    let rest = Buffer.alloc(0)
    while (position < untilBytes) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, untilBytes - position))
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position)
      if (bytesRead === 0) return
      position += bytesRead
      const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      const end = data.lastIndexOf(NEWLINE) + 1
      rest = data.subarray(end)
      if (end > 0)
        yield {
          lines: data
            .subarray(0, end - 1)
            .toString("utf8")
            .split("\n")
            .map(parseLine),
          endBytes: position - rest.length,
        }
    }
  } finally {
    await handle.close()
  }
}

function parseLine(text: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isLine(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isLine(value: unknown): value is JournalLine {
  return (
    typeof value === "object" &&
    value !== null &&
    "cursor" in value &&
    Number.isSafeInteger(value.cursor) &&
    "key" in value &&
    typeof value.key === "string" &&
    "action" in value
  )
}

// A reader may come to a segment that has just been pruned.
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw new EngineError("state_corrupt", { facts: { path }, cause: error, publicMessage: `The event journal ${path} cannot be read.` })
  }
}
