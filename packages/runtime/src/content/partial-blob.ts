import { createHash, type Hash } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, open, rm, truncate } from "node:fs/promises"
import { EngineError } from "../errors.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { type Digest, digestMismatch, digestOfHex } from "../spec/digest.js"

/**
 * A blob that comes in pieces, perhaps over several tries and processes' lives: written to a file of its own in the staging directory, hashed on the way.
 * One writer at a time. Exactly one of `commit`, `discard` and `leave` ends it.
 */
export class PartialBlob {
  private constructor(
    private readonly path: string,
    private readonly expected: Digest,
    private readonly file: FileHandle,
    private hash: Hash,
    private written: number,
    private readonly store: { publish: () => Promise<void>; ended: () => void },
  ) {}

  /** Goes on with what an earlier try left. `publish` moves the finished file to its place, `ended` is told that nobody writes any more. */
  static async open(path: string, expected: Digest, store: { publish: () => Promise<void>; ended: () => void }): Promise<PartialBlob> {
    try {
      const file = await open(path, "a", 0o600)
      const { size } = await file.stat()
      const hash = createHash("sha256")
      for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
      return new PartialBlob(path, expected, file, hash, size, store)
    } catch (error) {
      throw toEngineError(error, "internal", { op: "open partial blob", path })
    }
  }

  get sizeBytes(): number {
    return this.written
  }

  /** A source that fails leaves what came before it failed. Rejects as the source does, and with `disk_full`, `aborted`. */
  async append(source: AsyncIterable<Uint8Array>, options: { signal?: AbortSignal } = {}): Promise<void> {
    for await (const chunk of source) {
      if (options.signal?.aborted === true) throw new EngineError("aborted", { facts: { op: "write blob" }, cause: options.signal.reason })
      await this.write(chunk)
      this.hash.update(chunk)
      this.written += chunk.byteLength
    }
  }

  /** Begins anew. */
  async restart(): Promise<void> {
    await truncate(this.path, 0)
    this.hash = createHash("sha256")
    this.written = 0
  }

  /** Throws `digest_mismatch`. */
  verify(): void {
    const actual = digestOfHex(this.hash.copy().digest("hex"))
    if (actual !== this.expected) throw digestMismatch(this.expected, actual)
  }

  /** Verifies, then puts it into the store, where it survives a power cut. Rejects with `digest_mismatch`. */
  async commit(): Promise<void> {
    this.verify()
    await this.file.close()
    await this.store.publish()
    this.store.ended()
  }

  async discard(): Promise<void> {
    await this.file.close()
    await rm(this.path, { force: true })
    this.store.ended()
  }

  /** Stays staged for another try. */
  async leave(): Promise<void> {
    await this.file.close()
    this.store.ended()
  }

  private async write(chunk: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < chunk.byteLength; ) done += (await this.file.write(chunk, done)).bytesWritten
    } catch (error) {
      // What was written of it is not in the hash.
      await truncate(this.path, this.written)
      throw toEngineError(error, "internal", { op: "write blob", path: this.path })
    }
  }
}
