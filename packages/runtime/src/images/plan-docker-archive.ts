import { detectCompression } from "../content/compression.js"
import type { StagedBlob } from "../content/content-store.js"
import { archiveInvalid } from "../spec/tar/tar-errors.js"
import { parseImageConfig } from "./image-config.js"
import { formatManifest, mediaTypes } from "./image-documents.js"
import { type JsonObject, parseJsonObjects, requiredText, texts } from "./json-fields.js"
import { type PlannedImage, referenceOfName } from "./planned-image.js"
import type { StagedArchive } from "./staged-archive.js"

/** The images of a `docker save` tar, by its manifest.json; an OCI manifest is made for each. Throws `archive_invalid`, `invalid_reference`. */
export async function planDockerArchive(archive: StagedArchive): Promise<PlannedImage[]> {
  const entries = parseJsonObjects(await archive.document(archive.get("manifest.json")), "manifest.json")
  if (entries.length === 0) throw archiveInvalid("it contains no image")
  const planned: PlannedImage[] = []
  for (const entry of entries) planned.push(await planEntry(archive, entry))
  return planned
}

/** Names of an image by manifest.json, for archives that are OCI layout and `docker save` tar at once. */
export async function dockerReferences(archive: StagedArchive): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>()
  if (!archive.has("manifest.json")) return names
  for (const entry of parseJsonObjects(await archive.document(archive.get("manifest.json")), "manifest.json")) {
    names.set(archive.get(requiredText(entry, "Config")).digest, referencesOf(entry))
  }
  return names
}

async function planEntry(archive: StagedArchive, entry: JsonObject): Promise<PlannedImage> {
  const configBlob = archive.get(requiredText(entry, "Config"))
  const config = parseImageConfig(await archive.document(configBlob))
  const files = texts(entry, "Layers").map((path) => archive.get(path))
  if (files.length !== config.diffIds.length) {
    throw archiveInvalid("its manifest and its configuration name different numbers of layers", {
      manifest: files.length,
      configuration: config.diffIds.length,
    })
  }
  const layers = await Promise.all(config.diffIds.map((diffId, index) => layerOf(files[index], diffId)))
  const manifest = formatManifest(
    configBlob,
    layers.map((layer) => ({ ...layer, sizeBytes: layer.compressedBytes })),
  )
  return { id: configBlob.digest, config, manifest, layers, references: referencesOf(entry), blobs: [configBlob, ...files] }
}

async function layerOf(file: StagedBlob | undefined, diffId: PlannedImage["id"]): Promise<PlannedImage["layers"][number]> {
  if (file === undefined) throw archiveInvalid("its manifest lacks a layer")
  return { digest: file.digest, diffId, mediaType: await layerMediaType(file), compressedBytes: file.sizeBytes }
}

async function layerMediaType(file: StagedBlob): Promise<string> {
  for await (const head of file.open()) {
    return { none: mediaTypes.layer, gzip: mediaTypes.layerGzip, zstd: mediaTypes.layerZstd }[detectCompression(head as Buffer)]
  }
  return mediaTypes.layer
}

function referencesOf(entry: JsonObject): string[] {
  return texts(entry, "RepoTags")
    .map(referenceOfName)
    .filter((reference) => reference !== undefined)
}
