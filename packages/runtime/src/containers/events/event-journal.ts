import { randomBytes } from "node:crypto"
import { type FileHandle, open, rm } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import type { EngineEvent } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { Clock } from "../../kernel/clock.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import { syncDirectory } from "../../kernel/write-file-atomic.js"
import type { DiagnosticSink, EventSink } from "../engine-context.js"
import type { PendingEvent } from "../pending-event.js"
import { type JournalLine, type JournalSegment, readSegment, segmentPath } from "./journal-segment.js"
import { parseKey, recoverJournal } from "./recover-journal.js"

export interface JournalOptions {
  directory: string
  bootId: string
  clock: Clock
  report: DiagnosticSink
  /** Oldest segments are removed while this many events remain. */
  maximumEvents?: number
  eventsPerSegment?: number
}

interface Waiting {
  line: JournalLine
  resolve(): void
  reject(error: unknown): void
}

/** Newest events kept in memory, so that readers who keep up never touch the disk. */
const RECENT_EVENTS = 2000

/**
 * The durable event stream: append-only JSON lines in segments, with a cursor that only grows.
 *
 * - Exactly once: an event's key is taken once; offered again (after a crash) it resolves without a second record.
 * - Durability: `append` resolves when the line is written, so that it survives a `kill -9` of the process. The disk is
 *   synced right behind (one fdatasync for all that came meanwhile). A power cut can take the newest lines; containers'
 *   documents are synced before and offer those events again.
 * - Bounded: old segments are removed; readers pull from memory or disk and hold one batch each.
 */
export class EventJournal implements EventSink {
  readonly #options: Required<JournalOptions>
  readonly #segments: JournalSegment[]
  readonly #sequences: Map<string, number>
  readonly #oldestAtStart: number
  #lastCursor: number
  #writtenCursor: number
  #file: FileHandle | undefined
  #waiting: Waiting[] = []
  #recent: JournalLine[] = []
  #pump: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #dirty = false
  #closed = false
  #changed = deferred()

  private constructor(options: Required<JournalOptions>, recovered: Awaited<ReturnType<typeof recoverJournal>>) {
    this.#options = options
    this.#segments = recovered.segments
    this.#sequences = recovered.sequences
    this.#oldestAtStart = recovered.oldestAt
    this.#lastCursor = recovered.lastCursor
    this.#writtenCursor = recovered.lastCursor
  }

  /** Repairs and opens the journal in the directory (made when absent). */
  static async open(options: JournalOptions): Promise<EventJournal> {
    const recovered = await recoverJournal(options.directory, options.bootId, options.report)
    return new EventJournal({ maximumEvents: 100_000, eventsPerSegment: 10_000, ...options }, recovered)
  }

  /** Cursor of the newest event that readers can see. */
  get cursor(): number {
    return this.#writtenCursor
  }

  append(event: PendingEvent): Promise<void> {
    const { object, sequence } = parseKey(event.key)
    if (this.#has(object, sequence)) return Promise.resolve()
    this.#sequences.set(object, sequence)
    return this.#enqueue(event)
  }

  /**
   * For an event found in a document at start: whether it was recorded may no longer be told by keys, because its segment
   * can be gone; older than all that is kept means that it was.
   */
  async recover(event: PendingEvent): Promise<void> {
    if (this.#segments.length > 1 && event.at < this.#oldestAtStart) return
    await this.append(event)
  }

  emit(event: Omit<EngineEvent, "cursor" | "at">): Promise<void> {
    return this.#enqueue({ ...event, at: this.#options.clock.now(), key: `${event.kind}/${randomBytes(8).toString("hex")}:1` })
  }

  /** Keys of these objects will not be offered again: what was remembered of them is forgotten. */
  forget(object: string): void {
    this.#sequences.delete(object)
  }

  /** See `ContainerEngine.events`. */
  async *read(options: { after?: number; follow?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<EngineEvent> {
    let cursor = options.after ?? this.#writtenCursor
    const { signal } = options
    for (;;) {
      if (isAborted(signal)) return
      const changed = this.#changed.promise
      const before = cursor
      for await (const event of this.#after(cursor)) {
        cursor = event.cursor
        yield event
        if (isAborted(signal)) return
      }
      if (cursor !== before) continue
      if (options.follow !== true || this.#closed) return
      await abortable(changed, signal)
    }
  }

  /** Writes and syncs what is under way; readers end. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pump
    await this.#syncing
    this.#wake()
    await this.#file?.close()
    this.#file = undefined
  }

  #has(object: string, sequence: number): boolean {
    return (this.#sequences.get(object) ?? 0) >= sequence
  }

  #enqueue(event: PendingEvent): Promise<void> {
    if (this.#closed) return Promise.reject(new EngineError("engine_unavailable", { publicMessage: "The engine is closed." }))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: { cursor: ++this.#lastCursor, ...event }, resolve, reject })
      this.#pump ??= this.#drain()
    })
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#write(batch.map((waiting) => waiting.line))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        this.#refuse([...batch, ...this.#waiting.splice(0)], error)
      }
    }
    // In the same turn as the test above, so that no event can slip in between.
    this.#pump = undefined
  }

  // Newest first, so that each key is free again; what waits behind would only fail alike, and out of order.
  #refuse(refused: Waiting[], error: unknown): void {
    for (const { line, reject } of refused.reverse()) {
      const { object, sequence } = parseKey(line.key)
      this.#sequences.set(object, sequence - 1)
      reject(error)
    }
  }

  async #write(lines: JournalLine[]): Promise<void> {
    const first = lines[0]
    const last = lines.at(-1)
    if (first === undefined || last === undefined) return
    const segment = await this.#segmentFor(first.cursor)
    const data = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
    try {
      await writeAt(this.#file, data, segment.sizeBytes)
    } catch (error) {
      // A refused event must not come to light at the next start.
      await this.#file?.truncate(segment.sizeBytes)
      throw toEngineError(error, "internal", { op: "append", path: segment.path })
    }
    segment.sizeBytes += data.length
    segment.lines += lines.length
    segment.lastCursor = last.cursor
    this.#writtenCursor = last.cursor
    this.#recent.push(...lines)
    if (this.#recent.length > 2 * RECENT_EVENTS) this.#recent = this.#recent.slice(-RECENT_EVENTS)
    this.#wake()
    this.#scheduleSync()
  }

  async #segmentFor(cursor: number): Promise<JournalSegment> {
    const current = this.#segments.at(-1)
    if (current !== undefined && current.lines < this.#options.eventsPerSegment) {
      this.#file ??= await open(current.path, "r+")
      return current
    }
    await this.#syncing
    await this.#file?.close()
    const path = segmentPath(this.#options.directory, cursor)
    this.#file = await open(path, "w+", 0o600)
    await syncDirectory(this.#options.directory)
    const segment: JournalSegment = { path, firstCursor: cursor, lastCursor: cursor - 1, lines: 0, sizeBytes: 0 }
    this.#segments.push(segment)
    await this.#prune()
    return segment
  }

  async #prune(): Promise<void> {
    let total = this.#segments.reduce((sum, segment) => sum + segment.lines, 0)
    for (let oldest = this.#segments[0]; oldest !== undefined && this.#segments.length > 1; oldest = this.#segments[0]) {
      if (total - oldest.lines < this.#options.maximumEvents) return
      total -= oldest.lines
      this.#segments.shift()
      await rm(oldest.path, { force: true })
    }
  }

  #scheduleSync(): void {
    this.#dirty = true
    this.#syncing ??= this.#syncWhileDirty()
  }

  async #syncWhileDirty(): Promise<void> {
    // A short breath, so that a burst of events costs one sync and an operation does not wait behind it for the disk.
    await sleep(20)
    while (this.#dirty) {
      this.#dirty = false
      try {
        await this.#file?.datasync()
      } catch (error) {
        this.#options.report.error("the event journal could not be synced to disk", { error })
      }
    }
    this.#syncing = undefined
  }

  async *#after(cursor: number): AsyncGenerator<EngineEvent> {
    const oldestRecent = this.#recent[0]
    if (oldestRecent !== undefined && cursor >= oldestRecent.cursor - 1) {
      const start = this.#recent.findLastIndex((line) => line.cursor <= cursor) + 1
      for (const line of this.#recent.slice(start)) yield withoutKey(line)
      return
    }
    const segment = this.#segments.find((candidate) => candidate.lastCursor > cursor)
    if (segment === undefined) return
    for await (const { lines } of readSegment(segment.path, segment.sizeBytes)) {
      for (const line of lines) if (line !== undefined && line.cursor > cursor) yield withoutKey(line)
    }
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = deferred()
  }
}

function withoutKey({ key: _key, ...event }: JournalLine): EngineEvent {
  return event
}

async function writeAt(file: FileHandle | undefined, data: Buffer, position: number): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = (await file?.write(data, written, data.length - written, position + written)) ?? { bytesWritten: 0 }
    if (bytesWritten === 0) throw new EngineError("internal", { facts: { op: "append" } })
    written += bytesWritten
  }
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

// A function, since the type checker takes `aborted` for a constant.
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false
}

async function abortable(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise
  if (signal.aborted) return
  const aborted = deferred()
  signal.addEventListener("abort", aborted.resolve, { once: true })
  try {
    await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener("abort", aborted.resolve)
  }
}
