import type { Readable } from "node:stream"
import type { StdioSession, TerminalSize } from "@plimsoll/runtime"
import { ReplayBuffer } from "./replay-buffer.js"

/** One who looks on: a WebSocket, or a test. */
export interface TerminalViewer {
  data(chunk: Buffer): void
  exit(exitCode: number): void
  /** Bytes that were given to it and have not left yet. */
  pendingBytes(): number
}

const REPLAY_BYTES = 128 * 1024
/** Above it the source is held up, and below the low mark let go again. */
const HIGH_WATER = 1024 * 1024
const LOW_WATER = 256 * 1024
const RECHECK_MS = 20

/**
 * The streams of one process and everyone who looks on. They go on without viewers; who joins sees the last screenfuls
 * first. A viewer who does not keep up holds up the process's output instead of filling our memory.
 */
export class TerminalSession {
  readonly #replay = new ReplayBuffer(REPLAY_BYTES)
  readonly #viewers = new Set<TerminalViewer>()
  readonly #streams: Readable[]
  #paused = false
  #exitCode: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly stdio: StdioSession,
    exited: Promise<{ exitCode: number }>,
    private readonly onEnd: () => void,
  ) {
    this.#streams = stdio.stderr === undefined ? [stdio.stdout] : [stdio.stdout, stdio.stderr]
    for (const stream of this.#streams) stream.on("data", (chunk: Buffer) => this.#output(chunk))
    // Broken pipes of a process that ends: `exited` tells of its end.
    for (const stream of [stdio.stdin, ...this.#streams]) stream?.on("error", () => stream.destroy())
    const drained = Promise.all(this.#streams.map((stream) => ended(stream)))
    exited.then(
      ({ exitCode }) => drained.then(() => this.#end(exitCode)),
      () => this.#end(-1),
    )
  }

  get hasInput(): boolean {
    return this.stdio.stdin !== undefined
  }

  /** Shows the last screenfuls, then what comes. Returns what leaves. */
  join(viewer: TerminalViewer): () => void {
    const replay = this.#replay.read()
    if (replay.length > 0) viewer.data(replay)
    if (this.#exitCode !== undefined) {
      viewer.exit(this.#exitCode)
      return () => undefined
    }
    this.#viewers.add(viewer)
    return () => {
      this.#viewers.delete(viewer)
      this.#flow()
    }
  }

  /** False: the process does not keep up; hold the sender until `onDrain`. */
  write(chunk: Buffer): boolean {
    const { stdin } = this.stdio
    return stdin === undefined || stdin.destroyed || stdin.writableEnded ? true : stdin.write(chunk)
  }

  onDrain(callback: () => void): void {
    this.stdio.stdin?.once("drain", callback)
  }

  resize(size: TerminalSize): Promise<void> {
    return this.stdio.resize(size)
  }

  /** Lets go of the streams; the process goes on. */
  detach(): void {
    clearTimeout(this.#timer)
    this.stdio.detach()
  }

  #output(chunk: Buffer): void {
    this.#replay.push(chunk)
    for (const viewer of this.#viewers) viewer.data(chunk)
    this.#flow()
  }

  #flow(): void {
    const pending = Math.max(0, ...[...this.#viewers].map((viewer) => viewer.pendingBytes()))
    if (!this.#paused && pending > HIGH_WATER) {
      this.#paused = true
      for (const stream of this.#streams) stream.pause()
    } else if (this.#paused && pending < LOW_WATER) {
      this.#paused = false
      for (const stream of this.#streams) stream.resume()
    }
    clearTimeout(this.#timer)
    // A WebSocket does not say when it has drained.
    if (this.#paused) this.#timer = setTimeout(() => this.#flow(), RECHECK_MS)
  }

  #end(exitCode: number): void {
    clearTimeout(this.#timer)
    this.#exitCode = exitCode
    for (const viewer of this.#viewers) viewer.exit(exitCode)
    this.#viewers.clear()
    this.onEnd()
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) return resolve()
    stream.once("end", resolve)
    stream.once("error", () => resolve())
    stream.once("close", resolve)
  })
}
