import type { ImageInspect, ImageSummary } from "../engine.js"
import type { ImageConfigDocument } from "./image-config.js"
import type { StoredImage, StoredLayer } from "./image-index.js"

/** A row of the list. `all` decides which layers are shared. */
export function summariseImage(
  image: StoredImage,
  context: { all: readonly StoredImage[]; references: string[]; usedBy: string[] },
): ImageSummary {
  const elsewhere = new Set(
    context.all.filter((other) => other.id !== image.id).flatMap((other) => other.layers.map((layer) => layer.diffId)),
  )
  return {
    id: image.id,
    digest: image.digest,
    references: context.references,
    createdAt: image.createdAt,
    sizeBytes: sumOf(image.layers),
    sharedBytes: sumOf(image.layers.filter((layer) => elsewhere.has(layer.diffId))),
    platform: [image.os, image.architecture, ...(image.variant === undefined ? [] : [image.variant])].join("/"),
    labels: image.labels,
    usedBy: context.usedBy,
  }
}

/** The summary with configuration, layers and history; each history entry that made a layer has its digest and size. */
export function inspectImage(summary: ImageSummary, image: StoredImage, document: ImageConfigDocument): ImageInspect {
  const layers = image.layers.map(({ digest, diffId, mediaType, compressedBytes, unpackedBytes }) => ({
    digest,
    diffId,
    mediaType,
    compressedBytes,
    unpackedBytes,
  }))
  return {
    ...summary,
    config: document.config,
    ...(document.author === undefined ? {} : { author: document.author }),
    layers,
    history: historyOf(image.layers, document),
  }
}

function historyOf(layers: readonly StoredLayer[], document: ImageConfigDocument): ImageInspect["history"] {
  let next = 0
  return document.history.map(({ createdAt, createdBy, comment, emptyLayer }) => {
    const layer = emptyLayer ? undefined : layers[next++]
    return {
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(createdBy === undefined ? {} : { createdBy }),
      ...(comment === undefined ? {} : { comment }),
      emptyLayer,
      ...(layer === undefined ? {} : { layerDigest: layer.digest }),
      sizeBytes: layer?.unpackedBytes ?? 0,
    }
  })
}

function sumOf(layers: readonly StoredLayer[]): number {
  return layers.reduce((total, layer) => total + layer.unpackedBytes, 0)
}
