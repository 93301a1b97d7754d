import { Readable, type Transform } from "node:stream"
import { createGunzip, createGzip } from "node:zlib"
import zstd from "zstd-napi/binding.js"
import { EngineError } from "../errors.js"
import { archiveInvalid, archiveUnsafe } from "../spec/tar/tar-errors.js"

export type Compression = "none" | "gzip" | "zstd"

export interface DecompressOptions {
  /** Bytes from which on the ratio counts. Default 1 GiB. */
  ratioFromBytes?: number
  /** Out ÷ in above which the stream is taken for a bomb. Default 500 (gzip of zeroes has 1,030). */
  maximumRatio?: number
}

/** What the first bytes of a stream say; 4 are enough. (RFC 1952, RFC 8878) */
export function detectCompression(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip"
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd"
  // A skippable frame, which some zstd writers put first.
  if (head[0] !== undefined && (head[0] & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return "zstd"
  return "none"
}

/**
 * Undoes gzip or zstd, told by content; anything else passes unchanged. Memory stays bounded whatever the ratio: output
 * is made only as fast as it is taken. Throws `archive_invalid` for a damaged or truncated stream, `archive_unsafe` for a bomb.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  options: DecompressOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const input = new CountedInput(source)
  await input.peek(4)
  const kind = detectCompression(input.head)
  if (kind === "none") {
    yield* input.chunks()
    return
  }
  const guard = ratioGuard(input, options)
  for await (const piece of kind === "gzip" ? gunzip(input) : unzstd(input)) {
    guard(piece.length)
    yield piece
  }
}

function ratioGuard(input: CountedInput, options: DecompressOptions): (bytes: number) => void {
  const { ratioFromBytes = 1 << 30, maximumRatio = 500 } = options
  let produced = 0
  return (bytes) => {
    produced += bytes
    if (produced > ratioFromBytes && produced > input.consumedBytes * maximumRatio) {
      throw archiveUnsafe(`it unpacks to more than ${maximumRatio} times its size`, {
        producedBytes: produced,
        consumedBytes: input.consumedBytes,
      })
    }
  }
}

/** Compresses with gzip as fast as it can: for layers made here. */
export function gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  return through(source, createGzip({ level: 1 }))
}

async function* gunzip(input: CountedInput): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* through(input.chunks(), createGunzip({ chunkSize: 1 << 16 }))
  } catch (error) {
    throw translate(error, "gzip")
  }
}

// Nothing starts before it is read, so that no stream can fail while nobody listens.
async function* through(input: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Buffer, void, undefined> {
  const source = Readable.from(input, { objectMode: false, highWaterMark: 1 << 16 })
  // pipe() hands on no errors.
  source.on("error", (error) => transform.destroy(error))
  source.pipe(transform)
  try {
    for await (const piece of transform) yield piece as Buffer
  } finally {
    transform.destroy()
    source.destroy()
  }
}

const zstdOutputBytes = 1 << 17

// The package's own stream makes all output of an input chunk at once: 64 KiB of zstd can be gigabytes of it.
async function* unzstd(input: CountedInput): AsyncGenerator<Buffer, void, undefined> {
  const context = new zstd.DCtx()
  let inFrame = false
  for await (const chunk of input.chunks()) {
    let rest = chunk
    for (;;) {
      const output = Buffer.allocUnsafe(zstdOutputBytes)
      const [hint, produced, consumed] = step(context, output, rest)
      rest = rest.subarray(consumed)
      inFrame = hint !== 0
      if (produced > 0) yield output.subarray(0, produced)
      if (rest.length === 0 && (produced < output.length || !inFrame)) break
    }
  }
  if (inFrame) throw archiveInvalid("its zstd stream is cut off")
}

function step(context: zstd.DCtx, output: Buffer, input: Buffer): [number, number, number] {
  try {
    return context.decompressStream(output, input)
  } catch (error) {
    throw translate(error, "zstd")
  }
}

function translate(error: unknown, kind: string): unknown {
  if (error instanceof EngineError) return error
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
  // Anything else (a failing source) is not the archive's fault.
  if (kind === "gzip" && !code.startsWith("Z_") && code !== "ERR_ZLIB_INITIALIZATION_FAILED") return error
  return archiveInvalid(code === "Z_BUF_ERROR" ? "its gzip stream is cut off" : `its ${kind} stream is damaged`, { kind, code }, error)
}

class CountedInput {
  consumedBytes = 0
  head: Buffer = Buffer.alloc(0)
  private readonly iterator: AsyncIterator<Uint8Array>

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  async peek(length: number): Promise<void> {
    while (this.head.length < length) {
      const next = await this.iterator.next()
      if (next.done === true) return
      this.head = Buffer.concat([this.head, next.value])
    }
  }

  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      if (this.head.length > 0) {
        this.consumedBytes += this.head.length
        yield this.head
      }
      for (;;) {
        const next = await this.iterator.next()
        if (next.done === true) return
        this.consumedBytes += next.value.byteLength
        yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
      }
    } finally {
      await this.iterator.return?.()
    }
  }
}
