import { once } from "node:events"
import { type Duplex, PassThrough, Writable } from "node:stream"
import { rawFrames, readFrames } from "./frames.js"

export interface StdioReader {
  stdout: PassThrough
  stderr?: PassThrough
}

/**
 * One connection to a process's streams and those who read it. Nobody reading, output is dropped as it comes: a process must never
 * stand still because its watcher left. The slowest of several readers sets the pace of all.
 */
export class SharedStdio {
  readonly #readers = new Set<StdioReader>()
  readonly #released = new WeakMap<StdioReader, () => void>()
  /** Resolves at the end of output, whatever ended it. */
  readonly ended: Promise<void>
  #isOver = false

  constructor(
    private readonly socket: Duplex,
    private readonly terminal: boolean,
  ) {
    // Its end is what is waited for; a connection that breaks ends output too.
    socket.on("error", () => undefined)
    this.ended = this.#pump()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  join(): StdioReader {
    const reader: StdioReader = this.terminal ? { stdout: new PassThrough() } : { stdout: new PassThrough(), stderr: new PassThrough() }
    if (this.#isOver) endReader(reader)
    else this.#readers.add(reader)
    return reader
  }

  /** The reader's streams end; the connection stays. */
  leave(reader: StdioReader): void {
    if (!this.#readers.delete(reader)) return
    this.#released.get(reader)?.()
    endReader(reader)
  }

  /** Input of the process; ending it half-closes the connection. */
  input(): Writable {
    const { socket } = this
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (socket.destroyed || socket.writableEnded) done()
        else socket.write(chunk, () => done())
      },
      final: (done) => {
        if (!socket.destroyed && !socket.writableEnded) socket.end()
        done()
      },
    })
  }

  close(): void {
    this.socket.destroy()
  }

  async #pump(): Promise<void> {
    try {
      for await (const { stream, data } of this.terminal ? rawFrames(this.socket) : readFrames(this.socket)) {
        await Promise.all([...this.#readers].map((reader) => this.#give(reader, stream, data)))
      }
    } catch {
      // A connection that broke: what there was has been given, and the end is told below.
    } finally {
      this.#isOver = true
      for (const reader of this.#readers) endReader(reader)
      this.#readers.clear()
    }
  }

  async #give(reader: StdioReader, stream: "stdout" | "stderr", data: Buffer): Promise<void> {
    const target = stream === "stderr" ? (reader.stderr ?? reader.stdout) : reader.stdout
    if (target.destroyed || target.writableEnded || target.write(data)) return
    const left = new Promise<void>((resolve) => this.#released.set(reader, resolve))
    const watch = new AbortController()
    try {
      await Promise.race([once(target, "drain", { signal: watch.signal }), once(target, "close", { signal: watch.signal }), left])
    } finally {
      watch.abort()
    }
  }
}

function endReader(reader: StdioReader): void {
  reader.stdout.end()
  reader.stderr?.end()
}
