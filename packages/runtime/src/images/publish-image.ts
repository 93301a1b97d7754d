import { Readable } from "node:stream"
import { decompress } from "../content/compression.js"
import type { ContentStore } from "../content/content-store.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { Digest } from "../spec/digest.js"
import type { ImageConfigDocument } from "./image-config.js"
import type { StoredImage, StoredLayer } from "./image-index.js"
import type { PlannedImage } from "./planned-image.js"

/**
 * Makes a planned image real: blobs into the content store, layers unpacked (each checked against its diffId). Whoever
 * calls keeps garbage collection away meanwhile, then adds it to the index, or collects when this rejects.
 */
export async function publishImage(deps: { content: ContentStore; snapshots: Snapshotter }, planned: PlannedImage): Promise<StoredImage> {
  const { id, config } = planned
  const digest = await storeDocument(deps.content, planned.manifest)
  for (const blob of planned.blobs) await blob.commit()
  const layers: StoredLayer[] = []
  for (const layer of planned.layers) layers.push({ ...layer, ...(await unpackLayer(deps, layer)) })
  return storedImageOf({ id, digest, config, layers })
}

/** Puts a manifest into the store. */
export async function storeDocument(content: ContentStore, bytes: Buffer): Promise<Digest> {
  return (await content.write(Readable.from([bytes]))).digest
}

/** Unpacks a layer whose blob is in the store. An abort counts while it is read; nothing is left then. */
export async function unpackLayer(
  deps: { content: ContentStore; snapshots: Snapshotter },
  layer: { digest: Digest; diffId: Digest },
  signal?: AbortSignal,
): Promise<Pick<StoredLayer, "unpackedBytes" | "tarBytes">> {
  const blob = deps.content.open(layer.digest)
  const tar = Readable.from(decompress(blob), { objectMode: false, ...(signal === undefined ? {} : { signal }) })
  try {
    const { sizeBytes, tarBytes } = await deps.snapshots.unpackLayer(layer.diffId, tar)
    return { unpackedBytes: sizeBytes, tarBytes }
  } finally {
    blob.destroy()
  }
}

/** What the index keeps of an image. */
export function storedImageOf(image: { id: Digest; digest: Digest; config: ImageConfigDocument; layers: StoredLayer[] }): StoredImage {
  const { id, digest, config, layers } = image
  return {
    id,
    digest,
    createdAt: config.createdAt,
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
    labels: config.config.labels,
    layers,
  }
}
