import { randomBytes } from "node:crypto"
import type { Stats } from "node:fs"
import { mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { EngineError, errnoOf } from "../errors.js"
import { syncDirectory } from "../kernel/write-file-atomic.js"
import { type Digest, digestHex, digestOfHex, isDigest } from "../spec/digest.js"
import { type BlobDescriptor, BlobWriter, type WriteBlobOptions } from "./blob-writer.js"
import { PartialBlob } from "./partial-blob.js"

/** A blob that is written and hashed but not yet in the store. Exactly one of `commit` and `discard` ends it; both may be repeated. */
export interface StagedBlob extends BlobDescriptor {
  /** fsync, then rename into place. Resolving means that the blob is in the store and survives a power cut. */
  commit(): Promise<void>
  discard(): Promise<void>
  /** Its content while it is staged. */
  open(): Readable
}

/** A blob, or what there is of one, with the time at which it came. */
export interface StoredBlob extends BlobDescriptor {
  storedAt: number
}

/**
 * Blobs by digest below `root/blobs/sha256`. A blob is written to `root/staging`, hashed on the way, fsynced and renamed,
 * so that a name in the store always holds what it says, also after a power cut. Safe to call concurrently.
 */
export interface ContentStore {
  /** Writes without publishing. Rejects with `digest_mismatch`, `archive_unsafe`, `disk_full`, `aborted`; nothing is left then. */
  stage(source: AsyncIterable<Uint8Array>, options?: WriteBlobOptions): Promise<StagedBlob>
  /** Stages and commits. */
  write(source: AsyncIterable<Uint8Array>, options?: WriteBlobOptions): Promise<BlobDescriptor>
  has(digest: Digest): Promise<boolean>
  /** Rejects with `not_found`. */
  size(digest: Digest): Promise<number>
  /** Opened when it is first read; fails then with ENOENT when the blob is not there. `part`: from `start` to before `end`. */
  open(digest: Digest, part?: { start: number; end: number }): Readable
  /** A small blob at once. Rejects with `not_found`, or `archive_unsafe` above the bound. */
  readSmall(digest: Digest, maximumBytes: number): Promise<Buffer>
  list(): Promise<Digest[]>
  /** Rejects with `not_found`. */
  describe(digest: Digest): Promise<StoredBlob>
  /** For a blob that may come in several tries; goes on with what an earlier one left. One at a time for a digest: `blob_in_use` else. */
  openPartial(digest: Digest): Promise<PartialBlob>
  /** What earlier tries left and nobody writes to. */
  listPartials(): Promise<StoredBlob[]>
  /** Resolving means that there is none that nobody writes to. */
  removePartial(digest: Digest): Promise<void>
  /** Resolving means that it is not in the store. */
  remove(digest: Digest): Promise<void>
  /** Removes staged files that no writer of this process holds: what a crash left. */
  sweepStaging(): Promise<void>
}

/** Opens (and makes when absent) the store below `root`. */
export async function openContentStore(root: string): Promise<ContentStore> {
  const store = new DirectoryContentStore(join(root, "blobs", "sha256"), join(root, "staging"))
  await mkdir(store.blobs, { recursive: true, mode: 0o700 })
  await mkdir(store.staging, { recursive: true, mode: 0o700 })
  return store
}

class DirectoryContentStore implements ContentStore {
  private readonly writing = new Set<string>()

  constructor(
    readonly blobs: string,
    readonly staging: string,
  ) {}

  async stage(source: AsyncIterable<Uint8Array>, options: WriteBlobOptions = {}): Promise<StagedBlob> {
    const name = randomBytes(12).toString("hex")
    const path = join(this.staging, name)
    this.writing.add(name)
    const discard = async (): Promise<void> => {
      await rm(path, { force: true })
      this.writing.delete(name)
    }
    try {
      const written = await BlobWriter.writeAll(path, source, options)
      return { ...written, discard, open: () => readLazily(path), commit: async () => this.publish(written, { path, name }) }
    } catch (error) {
      await discard()
      throw error
    }
  }

  async write(source: AsyncIterable<Uint8Array>, options: WriteBlobOptions = {}): Promise<BlobDescriptor> {
    const staged = await this.stage(source, options)
    try {
      await staged.commit()
    } finally {
      await staged.discard()
    }
    return { digest: staged.digest, sizeBytes: staged.sizeBytes }
  }

  async has(digest: Digest): Promise<boolean> {
    try {
      await stat(this.pathOf(digest))
      return true
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false
      throw error
    }
  }

  async size(digest: Digest): Promise<number> {
    return (await this.describe(digest)).sizeBytes
  }

  async describe(digest: Digest): Promise<StoredBlob> {
    try {
      return { digest, ...sizeAndTime(await stat(this.pathOf(digest))) }
    } catch (error) {
      throw errnoOf(error) === "ENOENT" ? notFound(digest) : error
    }
  }

  async openPartial(digest: Digest): Promise<PartialBlob> {
    const name = partialPrefix + digestHex(digest)
    if (this.writing.has(name)) throw new EngineError("blob_in_use", { facts: { digest, op: "open partial blob" } })
    this.writing.add(name)
    const path = join(this.staging, name)
    try {
      return await PartialBlob.open(path, digest, {
        publish: async () => {
          await BlobWriter.publish(path, this.pathOf(digest))
          await syncDirectory(this.blobs)
        },
        ended: () => this.writing.delete(name),
      })
    } catch (error) {
      this.writing.delete(name)
      throw error
    }
  }

  async listPartials(): Promise<StoredBlob[]> {
    const names = (await readdir(this.staging)).filter((name) => name.startsWith(partialPrefix) && !this.writing.has(name))
    return Promise.all(
      names.map(async (name) => ({
        digest: digestOfHex(name.slice(partialPrefix.length)),
        ...sizeAndTime(await stat(join(this.staging, name))),
      })),
    )
  }

  async removePartial(digest: Digest): Promise<void> {
    const name = partialPrefix + digestHex(digest)
    if (!this.writing.has(name)) await rm(join(this.staging, name), { force: true })
  }

  open(digest: Digest, part?: { start: number; end: number }): Readable {
    return readLazily(this.pathOf(digest), part)
  }

  async readSmall(digest: Digest, maximumBytes: number): Promise<Buffer> {
    const sizeBytes = await this.size(digest)
    if (sizeBytes > maximumBytes)
      throw new EngineError("archive_unsafe", {
        facts: { digest, sizeBytes, maximumBytes },
        publicMessage: "A document of the image is larger than any honest one.",
      })
    return readFile(this.pathOf(digest))
  }

  async list(): Promise<Digest[]> {
    return (await readdir(this.blobs)).map((name) => `sha256:${name}`).filter(isDigest)
  }

  async remove(digest: Digest): Promise<void> {
    await rm(this.pathOf(digest), { force: true })
  }

  async sweepStaging(): Promise<void> {
    for (const name of await readdir(this.staging)) {
      if (!this.writing.has(name)) await rm(join(this.staging, name), { force: true })
    }
  }

  private pathOf(digest: Digest): string {
    return join(this.blobs, digestHex(digest))
  }

  private async publish(blob: BlobDescriptor, staged: { path: string; name: string }): Promise<void> {
    if (!this.writing.has(staged.name)) return
    await BlobWriter.publish(staged.path, this.pathOf(blob.digest))
    this.writing.delete(staged.name)
    await syncDirectory(this.blobs)
  }
}

const partialPrefix = "partial-"

function sizeAndTime({ size, mtimeMs }: Stats): { sizeBytes: number; storedAt: number } {
  return { sizeBytes: size, storedAt: mtimeMs }
}

const pieceBytes = 1 << 18

// Opened when it is first read: a stream that nobody reads holds no descriptor, and cannot fail unseen.
function readLazily(path: string, part?: { start: number; end: number }): Readable {
  return Readable.from(pieces(path, part), { objectMode: false })
}

async function* pieces(path: string, { start, end } = { start: 0, end: Number.MAX_SAFE_INTEGER }): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, "r")
  try {
    for (let at = start; at < end; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, Math.min(pieceBytes, end - at), at)
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function notFound(digest: Digest): EngineError {
  return new EngineError("not_found", { facts: { digest }, publicMessage: `The store has no blob ${digest}.` })
}
