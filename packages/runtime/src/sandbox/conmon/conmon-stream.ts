import { closeSync, openSync, readFileSync } from "node:fs"
import type { Socket } from "node:net"
import { join } from "node:path"
import { Readable, Writable } from "node:stream"
import { EngineError, errnoOf } from "../../errors.js"
import { O_DIRECTORY, O_PATH } from "../../kernel/open-in-root.js"
import { isSameProcessAlive, type ProcessIdentity } from "../../kernel/process-stat.js"
import { identify } from "./conmon-process.js"
import { connectPacketSocket, type PacketSocket } from "./packet-socket.js"

/**
 * Standard streams of a process, through the attach socket of its conmon. The first byte of each packet from conmon names the
 * stream (2 stdout, 3 stderr; a terminal has stdout alone); packets to conmon are plain bytes, and closing our direction ends
 * standard input.
 *
 * Back-pressure is real: a stream that is not read pauses the socket, then conmon, then the process, until it has ended. Both
 * streams must be read.
 */
export class ConmonStream {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly stdin: Writable
  /** Resolves when conmon closed the connection: the process ended and all of its output was delivered to the streams. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #directory: string
  readonly #unread = new Set<Readable>()
  #parked = false
  /** Nobody can be held back any more. */
  #processEnded = false
  #process: ProcessIdentity | "ended" | undefined
  #watch: NodeJS.Timeout | undefined

  /** Connects to the conmon of this directory. `conflict` when it is gone. */
  static async connect(directory: string): Promise<ConmonStream> {
    let stream: ConmonStream | undefined
    // The directory's path may be longer than a socket address holds.
    const fd = openDirectory(directory)
    try {
      const connection = await connectPacketSocket(`/proc/self/fd/${fd}/attach`, (packet) => stream?.take(packet) ?? true)
      stream = new ConmonStream(connection, directory)
      return stream
    } catch (error) {
      throw notRunning(error, directory)
    } finally {
      closeSync(fd)
    }
  }

  private constructor({ socket, drain }: PacketSocket, directory: string) {
    this.#socket = socket
    this.#directory = directory
    this.#process = readProcess(directory)
    this.stdout = this.#readable()
    this.stderr = this.#readable()
    this.stdin = writable(socket)
    this.closed = new Promise((resolve) => {
      let ended = false
      const end = (isOpen: boolean): void => {
        if (ended) return
        ended = true
        if (isOpen) drain()
        clearInterval(this.#watch)
        this.stdout.push(null)
        this.stderr.push(null)
        this.stdin.destroy()
        socket.destroy()
        resolve()
      }
      socket.once("end", () => end(true))
      socket.once("error", () => end(true))
      socket.once("close", () => end(false))
    })
    // With `onread` nothing arrives here, but "end" is only seen by a stream that flows.
    socket.resume()
  }

  /** Distributes one packet. False: wait. */
  take(packet: Buffer): boolean {
    if (this.#parked) return true
    const target = packet[0] === STDOUT ? this.stdout : packet[0] === STDERR ? this.stderr : undefined
    if (target === undefined || target.destroyed) return true
    // The buffer belongs to the socket.
    if (target.push(Buffer.from(packet.subarray(1))) || this.#processEnded) return true
    this.#unread.add(target)
    this.#watch ??= setInterval(() => this.#letEndedProcessGo(), WATCH_MS).unref()
    return false
  }

  /** Closes the connection. conmon takes that as the end of standard input where it holds one open. */
  close(): void {
    this.#socket.destroy()
  }

  /**
   * Leaves without ending the process's standard input: the connection stays, its output is dropped. For processes whose
   * input conmon would otherwise close.
   */
  park(): void {
    this.#parked = true
    this.#unread.clear()
    this.stdout.push(null)
    this.stderr.push(null)
    this.#socket.unref()
    this.#socket.resume()
  }

  #wasRead(readable: Readable): void {
    if (this.#unread.delete(readable) && this.#unread.size === 0) this.#resume()
  }

  #resume(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
    this.#socket.resume()
  }

  // conmon records an exit after it has written all output. A client that does not read must not keep that from happening; what
  // a dead process has left is in pipes of the kernel, so that it is not much.
  #letEndedProcessGo(): void {
    this.#process ??= readProcess(this.#directory)
    if (this.#process === undefined) return
    if (this.#process !== "ended" && isSameProcessAlive(this.#process.pid, this.#process.startTicks)) return
    this.#processEnded = true
    this.#unread.clear()
    this.#resume()
  }

  #readable(): Readable {
    const readable: Readable = new Readable({
      highWaterMark: BUFFERED_BYTES,
      read: () => this.#wasRead(readable),
      destroy: (error, callback) => {
        this.#wasRead(readable)
        callback(error)
      },
    })
    return readable
  }
}

function writable(socket: Socket): Writable {
  return new Writable({
    highWaterMark: BUFFERED_BYTES,
    write: (chunk: Buffer, _encoding, callback) => writePieces(socket, chunk, callback),
    final: (callback) => {
      if (socket.destroyed || socket.writableEnded) callback()
      else socket.end(() => callback())
    },
  })
}

// conmon reads at most 32 KiB of a packet and drops the rest; each piece is written before the next, so that libuv never joins two.
function writePieces(socket: Socket, chunk: Buffer, callback: (error?: Error | null) => void): void {
  const piece = chunk.subarray(0, PIECE_BYTES)
  const rest = chunk.subarray(PIECE_BYTES)
  socket.write(piece, (error) => {
    if (error !== undefined && error !== null) callback(isHangUp(error) ? null : error)
    else if (rest.length === 0) callback()
    else writePieces(socket, rest, callback)
  })
}

// The process closed its input or ended: what it does not want is dropped, as a shell's pipe does.
function isHangUp(error: Error): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"].includes(errnoOf(error) ?? "")
}

// By the OCI runtime's pid file; undefined when that is not written yet, or only made.
function readProcess(directory: string): ProcessIdentity | "ended" | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(directory, "pid"), "utf8"), 10)
    return Number.isNaN(pid) ? undefined : (identify(pid) ?? "ended")
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

function openDirectory(directory: string): number {
  try {
    return openSync(directory, O_PATH | O_DIRECTORY)
  } catch (error) {
    throw notRunning(error, directory)
  }
}

function notRunning(error: unknown, directory: string): Error {
  const errno = errnoOf(error)
  if (errno !== "ENOENT" && errno !== "ECONNREFUSED") return error instanceof Error ? error : new Error(String(error))
  return new EngineError("conflict", {
    facts: { path: join(directory, "attach"), errno },
    cause: error,
    publicMessage: "The process is not running, so that there is nothing to attach to.",
  })
}

const STDOUT = 2
const STDERR = 3
const BUFFERED_BYTES = 262_144
const PIECE_BYTES = 16_384
const WATCH_MS = 200
