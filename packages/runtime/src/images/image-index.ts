import { mkdir, readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import { writeFileAtomic } from "../kernel/write-file-atomic.js"
import type { Digest } from "../spec/digest.js"

export interface StoredLayer {
  digest: Digest
  diffId: Digest
  mediaType: string
  compressedBytes: number
  /** Data of the files in it. */
  unpackedBytes: number
  /** Length of the uncompressed tar. */
  tarBytes: number
}

/** What the store knows of an image without opening its blobs. */
export interface StoredImage {
  /** Digest of the configuration. */
  id: Digest
  /** Digest of the manifest. */
  digest: Digest
  createdAt: number
  os: string
  architecture: string
  variant?: string
  labels: Record<string, string>
  layers: StoredLayer[]
}

interface IndexDocument {
  version: 1
  images: StoredImage[]
  /** Normalised reference → image id. */
  references: Record<string, Digest>
}

/**
 * All images and their names in one JSON document, replaced atomically with each change: after a crash it is the old state or the
 * new one. Changes are made on a copy and count only once they are on disk. The caller makes one change at a time.
 */
export class ImageIndex {
  private images = new Map<Digest, StoredImage>()
  private references = new Map<string, Digest>()

  private constructor(private readonly path: string) {}

  /** Rejects with `state_corrupt`. */
  static async open(directory: string): Promise<ImageIndex> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await removeTemporaries(directory)
    const index = new ImageIndex(join(directory, "images.json"))
    const document = await readDocument(index.path)
    for (const image of document?.images ?? []) index.images.set(image.id, image)
    for (const [reference, id] of Object.entries(document?.references ?? {})) index.references.set(reference, id)
    return index
  }

  all(): StoredImage[] {
    return [...this.images.values()]
  }

  get(id: Digest): StoredImage | undefined {
    return this.images.get(id)
  }

  byReference(reference: string): StoredImage | undefined {
    const id = this.references.get(reference)
    return id === undefined ? undefined : this.images.get(id)
  }

  /** Sorted. */
  referencesOf(id: Digest): string[] {
    return [...this.references]
      .filter(([, owner]) => owner === id)
      .map(([reference]) => reference)
      .sort()
  }

  /** Adds images that are not known yet and sets their names. */
  async add(images: readonly { image: StoredImage; references: readonly string[] }[]): Promise<void> {
    await this.change((next) => {
      for (const { image, references } of images) {
        if (!next.images.has(image.id)) next.images.set(image.id, image)
        for (const reference of references) next.references.set(reference, image.id)
      }
    })
  }

  async setReference(reference: string, id: Digest): Promise<void> {
    await this.change((next) => next.references.set(reference, id))
  }

  /** Takes names and images away. */
  async remove(options: { references: readonly string[]; images: readonly Digest[] }): Promise<void> {
    await this.change((next) => {
      for (const reference of options.references) next.references.delete(reference)
      for (const id of options.images) next.images.delete(id)
    })
  }

  private async change(edit: (next: { images: Map<Digest, StoredImage>; references: Map<string, Digest> }) => void): Promise<void> {
    const next = { images: new Map(this.images), references: new Map(this.references) }
    edit(next)
    const document: IndexDocument = { version: 1, images: [...next.images.values()], references: Object.fromEntries(next.references) }
    await writeFileAtomic(this.path, `${JSON.stringify(document, undefined, 1)}\n`)
    this.images = next.images
    this.references = next.references
  }
}

async function readDocument(path: string): Promise<IndexDocument | undefined> {
  try {
    const document = JSON.parse(await readFile(path, "utf8")) as IndexDocument
    if (document.version !== 1 || !Array.isArray(document.images)) throw new TypeError("unknown version")
    return document
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw new EngineError("state_corrupt", {
      facts: { path },
      cause: error,
      publicMessage: `The list of images (${path}) cannot be read. Put it back from a backup, or move it away and load the images again.`,
    })
  }
}

// What a crash in the middle of writeFileAtomic left.
async function removeTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(".images.json.") && name.endsWith(".tmp")) await rm(join(directory, name), { force: true })
  }
}
