import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { decompress, detectCompression, gzip } from "../content/compression.js"
import type { ContentStore, StagedBlob } from "../content/content-store.js"
import type { ImageConfig } from "../engine.js"
import { type Digest, digestOfHex } from "../spec/digest.js"
import { readTar } from "../spec/tar/read-tar.js"
import { completeConfig, formatImageConfig, type ImageConfigDocument } from "./image-config.js"
import { formatManifest, mediaTypes } from "./image-documents.js"
import type { StoredImage } from "./image-index.js"
import type { ImageStore } from "./image-store.js"
import type { PlannedImage, PlannedLayer } from "./planned-image.js"
import type { Platform } from "./platform.js"

export type AddLayerOptions = Parameters<ImageStore["addLayer"]>[0]

/** A root file system tar (gzip or zstd around it is kept) as a plan for a one-layer image. Rejects with `archive_invalid` when it is cut off. */
export async function importRootfs(
  tar: Readable,
  options: {
    content: ContentStore
    reference: string
    config?: Partial<ImageConfig>
    comment?: string
    platform: Platform
    now: number
    signal?: AbortSignal
  },
): Promise<PlannedImage> {
  const blob = await options.content.stage(tar, options.signal === undefined ? {} : { signal: options.signal })
  try {
    const layer = await describeLayer(blob)
    const document: ImageConfigDocument = {
      ...options.platform,
      createdAt: options.now,
      config: completeConfig(options.config),
      diffIds: [layer.diffId],
      history: [
        {
          createdAt: options.now,
          createdBy: "import",
          emptyLayer: false,
          ...(options.comment === undefined ? {} : { comment: options.comment }),
        },
      ],
    }
    return await planBuilt(options.content, { document, layers: [layer], layerBlobs: [blob], references: [options.reference] })
  } catch (error) {
    await blob.discard()
    throw error
  }
}

/** One more layer over an image, as a plan for a new one. The layer is kept as gzip. */
export async function addLayer(
  options: AddLayerOptions,
  context: {
    base: { image: StoredImage; document: ImageConfigDocument }
    reference: string | undefined
    content: ContentStore
    now: number
  },
): Promise<PlannedImage> {
  const { image, document: before } = context.base
  const { blob, diffId } = await stageCompressed(context.content, options.layerTar)
  try {
    const document: ImageConfigDocument = {
      ...before,
      ...(options.author === undefined ? {} : { author: options.author }),
      createdAt: context.now,
      config: { ...before.config, ...options.config },
      diffIds: [...before.diffIds, diffId],
      history: [
        ...before.history,
        {
          createdAt: context.now,
          createdBy: options.createdBy,
          emptyLayer: false,
          ...(options.comment === undefined ? {} : { comment: options.comment }),
        },
      ],
    }
    const layer: PlannedLayer = { digest: blob.digest, diffId, mediaType: mediaTypes.layerGzip, compressedBytes: blob.sizeBytes }
    const below = image.layers.map(({ digest, diffId: id, mediaType, compressedBytes }) => ({
      digest,
      diffId: id,
      mediaType,
      compressedBytes,
    }))
    return await planBuilt(context.content, {
      document,
      layers: [...below, layer],
      layerBlobs: [blob],
      references: context.reference === undefined ? [] : [context.reference],
    })
  } catch (error) {
    await blob.discard()
    throw error
  }
}

async function planBuilt(
  content: ContentStore,
  parts: { document: ImageConfigDocument; layers: PlannedLayer[]; layerBlobs: StagedBlob[]; references: string[] },
): Promise<PlannedImage> {
  const config = await content.stage(Readable.from([formatImageConfig(parts.document)]))
  const manifest = formatManifest(
    config,
    parts.layers.map((layer) => ({ ...layer, sizeBytes: layer.compressedBytes })),
  )
  return {
    id: config.digest,
    config: parts.document,
    manifest,
    layers: parts.layers,
    references: parts.references,
    blobs: [config, ...parts.layerBlobs],
  }
}

// Read once before it is unpacked: an image is named by the digest of its tar, and one that is cut off must not become an image.
async function describeLayer(blob: StagedBlob): Promise<PlannedLayer> {
  const hash = createHash("sha256")
  let mediaType: string = mediaTypes.layer
  async function* watched(): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of decompress(blob.open())) {
      hash.update(piece)
      yield piece
    }
  }
  for await (const head of blob.open()) {
    mediaType = { none: mediaTypes.layer, gzip: mediaTypes.layerGzip, zstd: mediaTypes.layerZstd }[detectCompression(head as Buffer)]
    break
  }
  for await (const _entry of readTar(watched(), { requireEnd: true }));
  return { digest: blob.digest, diffId: digestOfHex(hash.digest("hex")), mediaType, compressedBytes: blob.sizeBytes }
}

async function stageCompressed(content: ContentStore, tar: Readable): Promise<{ blob: StagedBlob; diffId: Digest }> {
  const hash = createHash("sha256")
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of tar as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      yield chunk
    }
  }
  const blob = await content.stage(gzip(hashed()))
  return { blob, diffId: digestOfHex(hash.digest("hex")) }
}
