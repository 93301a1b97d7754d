import { Socket } from "node:net"
import { EngineError } from "../../errors.js"

/** What conmon says: the pid (or -1 with a message), later an exit code. */
export interface SyncMessage {
  data: number
  message: string | undefined
}

/**
 * Our end of the pipe on which conmon reports, one JSON object a line. Anything else on it is what conmon wrote to its
 * standard error, which is the same pipe until conmon has detached itself.
 */
export class SyncPipe {
  readonly #socket: Socket
  readonly #messages: SyncMessage[] = []
  readonly #waiting: ((message: SyncMessage | undefined) => void)[] = []
  #rest = ""
  #complaints = ""
  #ended = false

  /** Takes over the descriptor. */
  constructor(readEnd: number) {
    this.#socket = new Socket({ fd: readEnd, readable: true, writable: false })
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk.toString("utf8")))
    this.#socket.on("close", () => this.#end())
    this.#socket.on("error", (error) => {
      this.#complaints += error.message
    })
  }

  /** What conmon wrote that is no message, for error reports. */
  get complaints(): string {
    return this.#complaints.trim()
  }

  /** The next message; undefined when conmon closed the pipe. Rejects with `deadline_exceeded`. */
  async next(deadlineMs?: number): Promise<SyncMessage | undefined> {
    const ready = this.#messages.shift()
    if (ready !== undefined || this.#ended) return ready
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.push(resolve)
        if (deadlineMs === undefined) return
        timer = setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(resolve), 1)
          reject(
            new EngineError("deadline_exceeded", {
              facts: { tool: "conmon", deadlineMs },
              publicMessage: `conmon did not answer within ${deadlineMs} ms.`,
            }),
          )
        }, deadlineMs)
      })
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) {
      const message = parseSyncMessage(line)
      if (message === undefined) this.#complaints = `${this.#complaints}${line}\n`.slice(-4096)
      else this.#deliver(message)
    }
  }

  #deliver(message: SyncMessage): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#messages.push(message)
    else waiting(message)
  }

  #end(): void {
    this.#ended = true
    this.#complaints += this.#rest
    for (const waiting of this.#waiting.splice(0)) waiting(undefined)
  }
}

/** Undefined when the line is no message of conmon's. */
export function parseSyncMessage(line: string): SyncMessage | undefined {
  if (!line.startsWith("{")) return undefined
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== "object" || value === null || !("data" in value) || typeof value.data !== "number") return undefined
    const message = "message" in value && typeof value.message === "string" ? value.message : undefined
    return { data: value.data, message }
  } catch {
    // Not JSON: a complaint that begins with a brace.
    return undefined
  }
}
