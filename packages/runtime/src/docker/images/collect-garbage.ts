import type { GarbageReport, ImageApi } from "../../engine.js"
import { isEngineError } from "../../errors.js"
import type { DockerContext } from "../docker-context.js"
import { parseTime } from "../times.js"
import type { WireImage, WireImageRow } from "../wire.js"
import { imageId, imagePath, type LastingImage } from "./image-facts.js"

/** As in the embedded engine. */
const defaultGraceMs = 3_600_000

/**
 * Removes images without a tag that no container was made from. The daemon keeps layers unpacked only, so that no blobs are
 * reported, and a layer counts as given back when no image that stays is built on the same ones below it. Each image is removed by itself, never
 * by force: one that is used meanwhile is refused by the daemon and stays. See `ImageApi.collectGarbage`.
 */
export async function collectGarbage(
  context: DockerContext,
  options: Parameters<ImageApi["collectGarbage"]>[0] = {},
): Promise<GarbageReport> {
  const { dryRun = false, graceMs = defaultGraceMs } = options
  const { clockSkewMs } = await context.daemon.facts()
  const doomed = await danglingImages(context, context.now() + clockSkewMs - graceMs)
  const before = await context.images.known()
  const gone = dryRun ? doomed : await removeEach(context, doomed)
  return report(gone, { before, dryRun })
}

async function danglingImages({ client, images }: DockerContext, newest: number): Promise<WireImage[]> {
  const rows = await client.json<WireImageRow[]>({
    method: "GET",
    path: "/images/json",
    query: { filters: JSON.stringify({ dangling: ["true"] }) },
    about: { kind: "engine", doing: "list its images" },
  })
  const users = await images.users()
  const found: WireImage[] = []
  for (const id of new Set(rows.map((row) => imageId(row.Id)))) {
    if (users.has(id)) continue
    const image = await unlessGone(images.require(id))
    if (image !== undefined && cameAt(image) <= newest) found.push(image)
  }
  return found
}

/** Docker does not note when an image came: it is as old as it was made or last given a name, whatever is later. */
function cameAt({ Created, Metadata }: WireImage): number {
  return Math.max(parseTime(Created) ?? 0, parseTime(Metadata?.LastTagTime) ?? 0)
}

async function removeEach({ client }: DockerContext, doomed: readonly WireImage[]): Promise<WireImage[]> {
  const gone: WireImage[] = []
  for (const image of doomed) {
    // One that was pulled under several names has a digest of each; the image goes with the last.
    const digests = (image.RepoDigests ?? []).filter((name) => !name.includes("<none>"))
    let isGone = true
    for (const name of digests.length === 0 ? [image.Id] : digests) {
      const path = `/images/${imagePath(name)}`
      isGone = await unlessKept(client.json({ method: "DELETE", path, about: { kind: "image", name, doing: "remove it" } }))
    }
    if (isGone) gone.push(image)
  }
  return gone
}

function report(gone: readonly WireImage[], { before, dryRun }: { before: readonly LastingImage[]; dryRun: boolean }): GarbageReport {
  const ids = new Set(gone.map(({ Id }) => imageId(Id)))
  const chainsOf = (images: readonly LastingImage[]) => new Map(images.flatMap(layerChains))
  const staying = chainsOf(before.filter(({ image }) => !ids.has(imageId(image.Id))))
  const layers = [...chainsOf(before.filter(({ image }) => ids.has(imageId(image.Id))))]
    .filter(([chain]) => !staying.has(chain))
    .map(([, layer]) => layer)
  return {
    dryRun,
    images: gone.map(({ Id, Size }) => ({ id: imageId(Id), sizeBytes: Size ?? 0 })),
    blobs: [],
    layers,
    reclaimedBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
}

/** Docker shares a layer between images when all below it are the same too. */
function layerChains({ layers: { layers } }: LastingImage): [string, GarbageReport["layers"][number]][] {
  return layers.map(({ diffId, unpackedBytes }, index) => [
    layers
      .slice(0, index + 1)
      .map((layer) => layer.diffId)
      .join(" "),
    { diffId, sizeBytes: unpackedBytes },
  ])
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isEngineError(error, "image_not_found")) return undefined
    throw error
  }
}

/** False for what the daemon keeps, because it is used by now; what is gone already counts as removed. */
async function unlessKept(removal: Promise<unknown>): Promise<boolean> {
  try {
    await removal
    return true
  } catch (error) {
    if (isEngineError(error, "image_not_found")) return true
    if (isEngineError(error, "image_in_use") || isEngineError(error, "conflict")) return false
    throw error
  }
}
