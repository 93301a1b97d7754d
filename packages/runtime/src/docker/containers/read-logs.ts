import type { LogLine, LogOptions } from "../../engine.js"
import { EngineError, isEngineError } from "../../errors.js"
import type { DockerContext } from "../docker-context.js"
import { readFrames } from "../streams/frames.js"
import { ReplayedLines } from "../streams/replayed-lines.js"
import { queryTime } from "../times.js"
import { findContainer } from "./find-container.js"

/**
 * See `ContainerApi.logs`. Each of Docker's messages is one line or, of a line longer than 16 KiB, one piece of it. Docker cuts by
 * nanoseconds; a line belongs to the millisecond that it shows.
 */
export async function* readLogs(
  context: DockerContext,
  reference: string,
  options: LogOptions = {},
): AsyncGenerator<LogLine, void, undefined> {
  const wire = await findContainer(context, reference)
  const { flavour } = await context.daemon.facts()
  const { stdout = true, stderr = true, tail, since, until, follow = false, signal } = options
  if ((!stdout && !stderr) || signal?.aborted === true || (tail === 0 && !follow)) return
  const body = await context.client.stream({
    method: "GET",
    path: `/containers/${wire.Id}/logs`,
    query: {
      stdout,
      stderr,
      timestamps: true,
      follow,
      tail: tail ?? "all",
      ...timeRange(since, until, flavour === "podman" ? 1000 : 1),
    },
    about: { kind: "container", name: reference, doing: "read its log" },
    ...(signal === undefined ? {} : { signal }),
  })
  const replayed = follow && flavour === "docker" ? new ReplayedLines() : undefined
  try {
    for await (const { line, stamp } of wire.Config?.Tty === true ? terminalLines(body) : framedLines(body)) {
      if (replayed?.isReplay(stamp, line) === true) continue
      if ((since !== undefined && line.timestamp < since) || (until !== undefined && line.timestamp > until)) continue
      yield line
      if (isAborted(signal)) return
    }
  } catch (error) {
    if (isAborted(signal)) return
    throw brokenOff(error, reference)
  } finally {
    body.destroy()
  }
}

/** In the resolution of the times that lines are shown with: what was written within the last unit belongs to it. */
function timeRange(since: number | undefined, until: number | undefined, unitMs: number): { since?: string; until?: string } {
  const begin = (time: number): bigint => BigInt(Math.floor(time / unitMs) * unitMs) * 1_000_000n
  return {
    ...(since === undefined ? {} : { since: queryTime(begin(since)) }),
    ...(until === undefined ? {} : { until: queryTime(begin(until) + BigInt(unitMs) * 1_000_000n - 1n) }),
  }
}

// Asked anew each time: while a line was handed out, the caller may have left.
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

/** A line with Docker's own time of it, to the nanosecond. */
interface StampedLine {
  line: LogLine
  stamp: string
}

/** Most that is joined to one line: whoever writes no newline must not fill our memory. */
const maximumLineBytes = 4 * 2 ** 20

/** Joins the pieces of long lines. What was not ended when the log ended is a partial line. */
async function* framedLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<StampedLine, void, undefined> {
  const open = new Map<LogLine["stream"], StampedLine[]>()
  for await (const { stream, data } of readFrames(body)) {
    const piece = parseLine(data, stream)
    if (piece === undefined) continue
    const pieces = [...(open.get(stream) ?? []), piece]
    const bytes = pieces.reduce((total, { line }) => total + line.data.length, 0)
    if (isOpen(pieces) && bytes < maximumLineBytes) open.set(stream, pieces)
    else {
      open.delete(stream)
      yield joined(pieces, isOpen(pieces))
    }
  }
  for (const pieces of open.values()) yield joined(pieces, true)
}

// Pieces of one line have one stamp; of the last one, which is shorter, Docker's `local` driver forgets the newline.
function isOpen(pieces: readonly StampedLine[]): boolean {
  const [before, last] = pieces.slice(-2)
  if (last === undefined) return before?.line.partial === true
  const isLastOfDocker = before?.stamp === last.stamp && before.line.data.length === pieceBytes && last.line.data.length < pieceBytes
  return last.line.partial && !isLastOfDocker
}

function joined(pieces: readonly StampedLine[], partial: boolean): StampedLine {
  const [first] = pieces
  if (first === undefined) throw new Error("a line has at least one piece")
  const data = pieces.length === 1 ? first.line.data : Buffer.concat(pieces.map(({ line }) => line.data))
  return { stamp: first.stamp, line: { ...first.line, data, partial } }
}

/** A terminal's output is not framed: its messages end with their newlines. */
async function* terminalLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<StampedLine, void, undefined> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of body) {
    pending = Buffer.concat([pending, chunk])
    for (let newline = pending.indexOf(0x0a); newline >= 0; newline = pending.indexOf(0x0a)) {
      const line = parseLine(pending.subarray(0, newline + 1), "stdout")
      pending = pending.subarray(newline + 1)
      if (line !== undefined) yield line
    }
  }
  const rest = pending.length === 0 ? undefined : parseLine(pending, "stdout")
  if (rest !== undefined) yield rest
}

/** Length of all pieces of a long line but the last. */
const pieceBytes = 16_384

function parseLine(message: Buffer, stream: LogLine["stream"]): StampedLine | undefined {
  const space = message.indexOf(0x20)
  const stamp = message.toString("latin1", 0, Math.max(0, space))
  const timestamp = Date.parse(stamp)
  if (!Number.isFinite(timestamp)) return undefined
  const ended = message.at(-1) === 0x0a
  const data = Buffer.from(message.subarray(space + 1, ended ? -1 : undefined))
  return { stamp, line: { stream, timestamp, data, partial: !ended } }
}

function brokenOff(error: unknown, reference: string): EngineError {
  if (isEngineError(error)) return error
  return new EngineError("engine_unavailable", {
    cause: error,
    facts: { container: reference },
    publicMessage: "The connection to the Docker Engine broke while the log was read. Read it again.",
  })
}
