import type { ContentStore, StoredBlob } from "../content/content-store.js"
import type { GarbageReport } from "../engine.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import { type Digest, parseDigest } from "../spec/digest.js"
import type { StoredImage } from "./image-index.js"
import { type Needs, needsOf } from "./leases.js"

interface Stores {
  content: ContentStore
  snapshots: Snapshotter
}

/**
 * Removes what of `candidates` nothing needs: layers first, then blobs, so that a crash in between leaves what can be made again. Resolves with what only a
 * lease kept. Nothing may be published meanwhile.
 */
export async function removeUnneeded(
  { content, snapshots }: Stores,
  candidates: readonly Needs[],
  needed: { images: readonly Needs[]; leased: readonly Needs[] },
): Promise<Needs> {
  const named = setsOf(needed.images)
  const leased = setsOf(needed.leased)
  const doomed = setsOf(candidates)
  const layers = [...doomed.layers].filter((diffId) => !named.layers.has(diffId))
  const blobs = [...doomed.blobs].filter((digest) => !named.blobs.has(digest))
  for (const diffId of layers) if (!leased.layers.has(diffId)) await snapshots.removeLayer(diffId)
  for (const digest of blobs) if (!leased.blobs.has(digest)) await content.remove(digest)
  return { blobs: blobs.filter((digest) => leased.blobs.has(digest)), layers: layers.filter((diffId) => leased.layers.has(diffId)) }
}

/** All that is in the stores: for the start, when nothing is under way. */
export async function everything({ content, snapshots }: Stores): Promise<Needs> {
  return { blobs: await content.list(), layers: (await snapshots.listLayers()).map(parseDigest) }
}

export interface GarbagePlan {
  images: StoredImage[]
  blobs: StoredBlob[]
  /** Left by downloads that broke off. */
  partials: StoredBlob[]
  layers: { diffId: Digest; sizeBytes: number }[]
}

/**
 * What a collection would remove. `images` are all there are, `leased` is what operations under way use. An image is as old as its manifest is
 * here; unpacked layers have no age: what they are made from has.
 */
export async function planGarbage(
  { content, snapshots }: Stores,
  options: { images: readonly { image: StoredImage; dangling: boolean }[]; leased: readonly Needs[]; storedBefore: number },
): Promise<GarbagePlan> {
  const { images, leased, storedBefore } = options
  const inUse = setsOf(leased)
  const doomed: StoredImage[] = []
  for (const { image, dangling } of images)
    if (dangling && !inUse.blobs.has(image.digest) && (await content.describe(image.digest)).storedAt <= storedBefore) doomed.push(image)
  const staying = images.map(({ image }) => image).filter((image) => !doomed.includes(image))
  const keep = setsOf([...staying.map(needsOf), ...leased])
  const there = await everything({ content, snapshots })
  const blobs = await Promise.all([...there.blobs].filter((digest) => !keep.blobs.has(digest)).map((digest) => content.describe(digest)))
  const layers = [...there.layers].filter((diffId) => !keep.layers.has(diffId))
  return {
    images: doomed,
    blobs: blobs.filter(({ storedAt }) => storedAt <= storedBefore),
    partials: (await content.listPartials()).filter(({ storedAt }) => storedAt <= storedBefore),
    layers: await Promise.all(layers.map(async (diffId) => ({ diffId, sizeBytes: await snapshots.layerSize(diffId) }))),
  }
}

/** After the images have lost their place in the index. */
export async function removeGarbage({ content, snapshots }: Stores, plan: GarbagePlan): Promise<void> {
  for (const { diffId } of plan.layers) await snapshots.removeLayer(diffId)
  for (const { digest } of plan.blobs) await content.remove(digest)
  for (const { digest } of plan.partials) await content.removePartial(digest)
}

export function reportGarbage({ images, blobs, partials, layers }: GarbagePlan, dryRun: boolean): GarbageReport {
  const gone = [...blobs, ...partials].map(({ digest, sizeBytes }) => ({ digest, sizeBytes }))
  return {
    dryRun,
    images: images.map((image) => ({ id: image.id, sizeBytes: image.layers.reduce((sum, layer) => sum + layer.unpackedBytes, 0) })),
    blobs: gone,
    layers,
    reclaimedBytes: [...gone, ...layers].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
}

function setsOf(needs: readonly Needs[]): { blobs: Set<Digest>; layers: Set<Digest> } {
  return { blobs: new Set(needs.flatMap(({ blobs }) => [...blobs])), layers: new Set(needs.flatMap(({ layers }) => [...layers])) }
}
