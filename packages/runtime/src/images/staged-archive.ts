import { posix } from "node:path"
import type { ContentStore, StagedBlob } from "../content/content-store.js"
import { type Digest, digestMismatch, digestOfHex } from "../spec/digest.js"
import { readTar, type TarEntry } from "../spec/tar/read-tar.js"
import { archiveInvalid, archiveUnsafe, printable } from "../spec/tar/tar-errors.js"
import { maximumDocumentBytes } from "./image-documents.js"

export interface ArchiveLimits {
  /** Entries of every kind, also those that a later one replaces. */
  maximumEntries: number
  maximumBytes: number
}

export const defaultArchiveLimits: ArchiveLimits = { maximumEntries: 10_000, maximumBytes: 128 * 2 ** 30 }

/**
 * The files of an image archive, each staged in the content store under its digest: a tar cannot be read backwards, and layers
 * may come before the documents that name them. `discard` removes what was not committed.
 */
export class StagedArchive {
  private readonly files = new Map<string, StagedBlob>()
  private readonly links = new Map<string, string>()

  /** Rejects with `archive_invalid`, `archive_unsafe`, `digest_mismatch` (a blob is not what its name says), `disk_full`, `aborted`. */
  static async read(
    content: ContentStore,
    tar: AsyncIterable<Uint8Array>,
    options: { limits?: ArchiveLimits; signal?: AbortSignal } = {},
  ): Promise<StagedArchive> {
    const archive = new StagedArchive()
    const limits = options.limits ?? defaultArchiveLimits
    let left = limits.maximumBytes
    let entries = 0
    try {
      for await (const entry of readTar(tar, { requireEnd: true })) {
        if (++entries > limits.maximumEntries)
          throw archiveInvalid("it has far more files than an image archive; a root file system is imported instead")
        left -= await archive.add(content, entry, {
          maximumBytes: left,
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        })
      }
      return archive
    } catch (error) {
      await archive.discard()
      throw error
    }
  }

  has(path: string): boolean {
    return this.find(path) !== undefined
  }

  /** Follows the links that old `docker save` archives have between equal layers. */
  find(path: string): StagedBlob | undefined {
    let at = path
    for (let step = 0; step < maximumLinks; step++) {
      const file = this.files.get(at)
      const link = this.links.get(at)
      if (file !== undefined || link === undefined) return file
      at = link
    }
    return undefined
  }

  /** Throws `archive_invalid` when it is missing. */
  get(path: string): StagedBlob {
    const file = this.find(path)
    if (file === undefined) throw archiveInvalid(`it lacks the file ${printable(path)} that it refers to`, { path: printable(path) })
    return file
  }

  /** A blob of an OCI layout. */
  blob(digest: Digest): StagedBlob | undefined {
    return this.find(`blobs/${digest.replace(":", "/")}`)
  }

  async document(file: StagedBlob): Promise<Buffer> {
    if (file.sizeBytes > maximumDocumentBytes)
      throw archiveUnsafe("one of its documents is larger than any honest one", { sizeBytes: file.sizeBytes, maximumDocumentBytes })
    const pieces: Buffer[] = []
    for await (const piece of file.open()) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }

  async discard(): Promise<void> {
    for (const file of this.files.values()) await file.discard()
  }

  private async add(content: ContentStore, entry: TarEntry, options: { maximumBytes: number; signal?: AbortSignal }): Promise<number> {
    const { header } = entry
    if (header.type === "directory") return 0
    const path = archivePath(header.name.toString("utf8"))
    if (header.type === "symlink" || header.type === "hard-link") {
      const target = header.linkName.toString("utf8")
      this.links.set(path, archivePath(header.type === "symlink" ? posix.join(posix.dirname(path), target) : target))
      return 0
    }
    if (header.type !== "file" || header.sparse !== undefined)
      throw archiveInvalid("it has an entry that no image archive has", { name: printable(path), type: header.type })
    const staged = await content.stage(entry.data(), options)
    await this.files.get(path)?.discard()
    this.files.set(path, staged)
    assertNamedRight(path, staged.digest)
    return staged.sizeBytes
  }
}

const maximumLinks = 10

function archivePath(name: string): string {
  const path = posix.normalize(name)
  if (path.startsWith("/") || path === ".." || path.startsWith("../"))
    throw archiveUnsafe("it names a file outside of itself", { name: printable(name) })
  return path
}

// A name below blobs/sha256 is a promise (image-spec, image-layout.md).
function assertNamedRight(path: string, actual: Digest): void {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]
  if (hex !== undefined && digestOfHex(hex) !== actual) throw digestMismatch(digestOfHex(hex), actual)
}
