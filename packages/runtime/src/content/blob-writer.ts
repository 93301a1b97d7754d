import { createHash } from "node:crypto"
import { close, openSync, write } from "node:fs"
import { open, rename } from "node:fs/promises"
import { promisify } from "node:util"
import { EngineError } from "../errors.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { type Digest, digestMismatch, digestOfHex } from "../spec/digest.js"

export interface BlobDescriptor {
  digest: Digest
  sizeBytes: number
}

export interface WriteBlobOptions {
  /** Refuse other content with `digest_mismatch`. */
  expected?: Digest
  /** Refuse more with `archive_unsafe`. */
  maximumBytes?: number
  signal?: AbortSignal
}

/** Writes one file while hashing it. */
export const BlobWriter = {
  /** Rejects with `digest_mismatch`, `archive_unsafe`, `disk_full`, `aborted`. The file may be left half written: the caller removes it. */
  async writeAll(path: string, source: AsyncIterable<Uint8Array>, options: WriteBlobOptions): Promise<BlobDescriptor> {
    const hash = createHash("sha256")
    let sizeBytes = 0
    // Not awaited: a source that fails before anybody reads it would take the process with it.
    const fd = openNew(path)
    try {
      for await (const chunk of source) {
        if (options.signal?.aborted === true)
          throw new EngineError("aborted", { facts: { op: "write blob" }, cause: options.signal.reason })
        sizeBytes += chunk.byteLength
        if (options.maximumBytes !== undefined && sizeBytes > options.maximumBytes) throw tooLarge(options.maximumBytes)
        hash.update(chunk)
        await writeFully(fd, chunk, path)
      }
    } finally {
      await closeAsync(fd)
    }
    const digest = digestOfHex(hash.digest("hex"))
    if (options.expected !== undefined && digest !== options.expected) throw digestMismatch(options.expected, digest)
    return { digest, sizeBytes }
  },

  /** fsync of the staged file, then its rename. A blob of this name that is there already has the same bytes: it is replaced, which is harmless. */
  async publish(staged: string, target: string): Promise<void> {
    try {
      const file = await open(staged, "r+")
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(staged, target)
    } catch (error) {
      throw writeFailed(error, target)
    }
  },
}

const writeAsync = promisify(write)
const closeAsync = promisify(close)

function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o600)
  } catch (error) {
    throw writeFailed(error, path)
  }
}

async function writeFully(fd: number, chunk: Uint8Array, path: string): Promise<void> {
  try {
    for (let done = 0; done < chunk.byteLength; ) done += (await writeAsync(fd, chunk, done, chunk.byteLength - done, null)).bytesWritten
  } catch (error) {
    throw writeFailed(error, path)
  }
}

function writeFailed(error: unknown, path: string): EngineError {
  return toEngineError(error, "internal", { op: "write blob", path })
}

function tooLarge(maximumBytes: number): EngineError {
  return new EngineError("archive_unsafe", {
    facts: { maximumBytes },
    publicMessage: `The content is larger than the ${maximumBytes} bytes that are allowed for it.`,
  })
}
