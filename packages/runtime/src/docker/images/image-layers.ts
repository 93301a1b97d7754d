import type { ImageInspect } from "../../engine.js"
import type { WireHistory, WireImage } from "../wire.js"

/**
 * Layers and history of an image. Docker keeps layers unpacked and names them by the digest of their tar, which is therefore both digest
 * and diffId; what each took is in the history, newest first, where an entry of no bytes may be an empty layer or none at all: as many of
 * them are layers as the sum says, instructions that only set something last.
 */
export function layersOf(image: WireImage, history: readonly WireHistory[]): Pick<ImageInspect, "layers" | "history"> {
  const diffIds = image.RootFS?.Layers ?? []
  const oldestFirst = history.toReversed()
  const withLayer = layerEntries(oldestFirst, diffIds.length)
  const digests = new Map([...withLayer].map((entry, index) => [entry, diffIds[index]]))
  const sizes = new Map([...digests].map(([entry, digest]) => [digest, oldestFirst[entry]?.Size ?? 0]))
  return {
    layers: diffIds.map((diffId) => ({
      digest: diffId,
      diffId,
      mediaType: "application/vnd.docker.image.rootfs.diff.tar",
      compressedBytes: sizes.get(diffId) ?? 0,
      unpackedBytes: sizes.get(diffId) ?? 0,
    })),
    history: oldestFirst.map((entry, index) => {
      const layerDigest = digests.get(index)
      return {
        ...(entry.Created === undefined || entry.Created <= 0 ? {} : { createdAt: entry.Created * 1000 }),
        ...(entry.CreatedBy ? { createdBy: entry.CreatedBy } : {}),
        ...(entry.Comment ? { comment: entry.Comment } : {}),
        emptyLayer: layerDigest === undefined,
        ...(layerDigest === undefined ? {} : { layerDigest }),
        sizeBytes: entry.Size ?? 0,
      }
    }),
  }
}

/** Positions, oldest first, of the entries that made a layer. */
function layerEntries(history: readonly WireHistory[], count: number): Set<number> {
  const positions = history.map((_, index) => index)
  const filled = positions.filter((index) => (history[index]?.Size ?? 0) > 0)
  const empty = positions.filter((index) => (history[index]?.Size ?? 0) === 0)
  const candidates = [...empty.filter((index) => !isSetting(history[index])), ...empty.filter((index) => isSetting(history[index]))]
  return new Set([...filled, ...candidates].slice(0, count).sort((a, b) => a - b))
}

function isSetting(entry: WireHistory | undefined): boolean {
  return /^(\/bin\/sh -c #\(nop\)\s+)?(ENV|LABEL|CMD|ENTRYPOINT|EXPOSE|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|ARG|MAINTAINER|SHELL|ONBUILD)\b/.test(
    entry?.CreatedBy ?? "",
  )
}
