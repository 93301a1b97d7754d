import { decompress } from "../content/compression.js"
import type { ContentStore } from "../content/content-store.js"
import { type Digest, digestHex } from "../spec/digest.js"
import { familiarReference, parseReference } from "../spec/reference.js"
import { encodeTarHeader, tarEnd, tarPadding } from "../spec/tar/encode-tar-header.js"
import { mediaTypes } from "./image-documents.js"
import type { StoredImage, StoredLayer } from "./image-index.js"

/** An image to save, with the names it shall have in the archive. */
export interface SavedImage {
  image: StoredImage
  references: string[]
}

/**
 * An OCI layout that is a `docker save` tar as well (manifest.json beside index.json, as Docker writes since 25), so that every tool reads it.
 * Blobs are as they were loaded. The same images give the same bytes.
 */
export async function* saveOciArchive(content: ContentStore, saved: readonly SavedImage[]): AsyncGenerator<Buffer, void, undefined> {
  yield* document("oci-layout", { imageLayoutVersion: "1.0.0" })
  const entries = await Promise.all(saved.map(async (entry) => indexEntries(entry, await content.size(entry.image.digest))))
  yield* document("index.json", { schemaVersion: 2, mediaType: mediaTypes.index, manifests: entries.flat() })
  yield* document(
    "manifest.json",
    saved.map((entry) => dockerEntry(entry, { config: blobPath(entry.image.id), layer: (layer) => blobPath(layer.digest) })),
  )
  yield* directory("blobs")
  yield* directory("blobs/sha256")
  for (const digest of blobsOf(saved))
    yield* file({ path: blobPath(digest), sizeBytes: await content.size(digest), data: content.open(digest) })
  yield tarEnd
}

/** A `docker save` tar: layers uncompressed, so that Docker before 25 loads it whatever they were compressed with. */
export async function* saveDockerArchive(content: ContentStore, saved: readonly SavedImage[]): AsyncGenerator<Buffer, void, undefined> {
  const layerPath = (layer: StoredLayer): string => `${digestHex(layer.diffId)}.tar`
  const configPath = (image: StoredImage): string => `${digestHex(image.id)}.json`
  const layers = new Map(saved.flatMap(({ image }) => image.layers).map((layer) => [layer.diffId, layer]))
  for (const layer of layers.values())
    yield* file({ path: layerPath(layer), sizeBytes: layer.tarBytes, data: decompress(content.open(layer.digest)) })
  for (const { image } of uniqueImages(saved))
    yield* file({ path: configPath(image), sizeBytes: await content.size(image.id), data: content.open(image.id) })
  yield* document(
    "manifest.json",
    saved.map((entry) => dockerEntry(entry, { config: configPath(entry.image), layer: layerPath })),
  )
  yield tarEnd
}

function indexEntries({ image, references }: SavedImage, manifestBytes: number): object[] {
  const descriptor = {
    mediaType: mediaTypes.manifest,
    digest: image.digest,
    size: manifestBytes,
    platform: { architecture: image.architecture, os: image.os, ...(image.variant === undefined ? {} : { variant: image.variant }) },
  }
  if (references.length === 0) return [descriptor]
  return references.map((reference) => ({
    ...descriptor,
    annotations: { "io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference },
  }))
}

function dockerEntry({ image, references }: SavedImage, paths: { config: string; layer: (layer: StoredLayer) => string }): object {
  const names = references.map((reference) => familiarReference(parseReference(reference)))
  return { Config: paths.config, RepoTags: names.length === 0 ? null : names, Layers: image.layers.map(paths.layer) }
}

function blobsOf(saved: readonly SavedImage[]): Set<Digest> {
  return new Set(saved.flatMap(({ image }) => [image.digest, image.id, ...image.layers.map((layer) => layer.digest)]))
}

function uniqueImages(saved: readonly SavedImage[]): SavedImage[] {
  return [...new Map(saved.map((entry) => [entry.image.id, entry])).values()]
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`
}

async function* document(path: string, content: unknown): AsyncGenerator<Buffer, void, undefined> {
  const data = Buffer.from(JSON.stringify(content))
  yield* file({ path, sizeBytes: data.length, data: [data] })
}

async function* directory(path: string): AsyncGenerator<Buffer, void, undefined> {
  yield encodeTarHeader({ name: Buffer.from(path), type: "directory", mode: 0o755 })
}

async function* file(entry: {
  path: string
  sizeBytes: number
  data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}): AsyncGenerator<Buffer, void, undefined> {
  yield encodeTarHeader({ name: Buffer.from(entry.path), type: "file", mode: 0o644, dataBytes: entry.sizeBytes })
  for await (const piece of entry.data) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
  yield tarPadding(entry.sizeBytes)
}
