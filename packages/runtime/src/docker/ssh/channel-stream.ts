import { Duplex } from "node:stream"
import type { ClientChannel } from "ssh2"

/**
 * A channel that runs a command, as a socket: what it sends is read, what is written goes to it. When the command fails, reading ends in an
 * error with what it complained about. (ssh2's channel takes no error when it is destroyed, and has not all that Node's agent calls on a socket.)
 */
export class ChannelStream extends Duplex {
  #complaint = ""
  #exitCode: number | null = 0
  #open = 2

  constructor(
    private readonly channel: ClientChannel,
    private readonly command: string,
  ) {
    super()
    // Who uses it hears of it too; that nobody does at the moment must not end the process.
    this.on("error", () => undefined)
    channel.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause()
    })
    channel.stderr.on("data", (chunk: Buffer) => {
      this.#complaint = `${this.#complaint}${chunk.toString()}`.slice(0, 1000)
    })
    channel.on("error", (error: Error) => this.destroy(error))
    channel.once("exit", (code: number | null) => {
      this.#exitCode = code
    })
    // How it ended is known when it is closed, all that it sent when it has ended; either may be first.
    channel.once("end", () => this.#end())
    channel.once("close", () => this.#end())
  }

  override _read(): void {
    this.channel.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.channel.write(chunk, encoding, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.channel.end()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.channel.destroy()
    callback(error)
  }

  // Node's agent calls these on a socket that it keeps: a channel has no packets to keep it alive and no handle of its own.
  setKeepAlive(): void {}
  setTimeout(): void {}
  ref(): void {}
  unref(): void {}

  #end(): void {
    this.#open--
    if (this.#open > 0) return
    if (this.#exitCode === 0) this.push(null)
    else this.destroy(new Error(`“${this.command}” ended with ${this.#exitCode ?? "a signal"}: ${this.#complaint.trim()}`))
  }
}
