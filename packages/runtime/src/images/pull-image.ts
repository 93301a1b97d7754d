import type { ContentStore } from "../content/content-store.js"
import type { TransferOptions } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import { registryInvalid } from "../registry/registry-errors.js"
import { openRegistryReader, type RegistryOptions } from "../registry/registry-reader.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { Digest } from "../spec/digest.js"
import { formatReference, type ImageReference } from "../spec/reference.js"
import { type ChosenManifest, chooseManifest } from "./choose-manifest.js"
import { fetchBlob } from "./fetch-blob.js"
import { HeldReader } from "./held-reader.js"
import { type ImageConfigDocument, parseImageConfig } from "./image-config.js"
import { maximumDocumentBytes } from "./image-documents.js"
import type { StoredImage, StoredLayer } from "./image-index.js"
import type { Needs } from "./leases.js"
import { noPlatform, type Platform } from "./platform.js"
import { storeDocument, storedImageOf, unpackLayer } from "./publish-image.js"
import type { SharedTasks } from "./shared-tasks.js"
import { together } from "./together.js"
import { TransferReport } from "./transfer-report.js"

/** What pulls at the same time share. */
export interface PullTasks {
  /** By digest; true when it had to be fetched. Progress: bytes that are here. */
  downloads: SharedTasks<boolean, number>
  /** By digest and diffId. */
  unpacks: SharedTasks<Pick<StoredLayer, "unpackedBytes" | "tarBytes">, never>
}

export interface PullContext {
  content: ContentStore
  snapshots: Snapshotter
  registries: Pick<RegistryOptions, "settings" | "clock" | "random">
  tasks: PullTasks
  /** Undefined: not here. */
  find: (id: Digest) => { image: StoredImage; config: Promise<ImageConfigDocument> } | undefined
  /** Keeps garbage collection away from these until the pull is over. */
  hold: (needs: Needs) => Promise<void>
}

export interface PulledImage {
  image: StoredImage
  config: ImageConfigDocument
}

/** Layers at the same time: enough to fill a line, few enough not to fill the memory. */
const parallelLayers = 4

/** Brings an image here: its blobs are in the store and its layers unpacked; it has no place in the index yet. See `ImageApi.pull`. */
export async function pullImage(
  context: PullContext,
  reference: ImageReference,
  options: Pick<TransferOptions, "credentials" | "onProgress" | "signal"> & { platform: Platform; platformAsked: boolean },
): Promise<PulledImage> {
  const { credentials, platform } = options
  const report = new TransferReport(formatReference(reference), options.onProgress)
  const reader = new HeldReader(
    openRegistryReader(reference, { ...context.registries, ...(credentials === undefined ? {} : { credentials }) }),
  )
  const signal = options.signal ?? new AbortController().signal
  try {
    const manifest = await asAnswerOf(reference, () =>
      chooseManifest((wanted) => reader.readManifest(wanted, { signal }), reference.digest ?? reference.tag ?? "latest", { platform }),
    )
    const blobs = [manifest.digest, manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)]
    await context.hold({ blobs, layers: [] })
    const config = await readConfig(context, { reference, manifest, reader, signal })
    if (options.platformAsked && (config.os !== platform.os || config.architecture !== platform.architecture))
      throw noPlatform([{ ...manifest.config, platform: config }], platform)
    await context.hold({ blobs: [], layers: config.diffIds })
    report.begin(manifest.layers)
    const known = context.find(manifest.config.digest)
    if (known !== undefined) {
      for (const { digest } of manifest.layers) report.update(digest, { state: "present" })
      report.finish()
      return { image: known.image, config }
    }
    const layers = await pullLayers(context, { manifest, config, reader, report, signal })
    report.finish()
    const digest = await storeDocument(context.content, manifest.bytes)
    return { image: storedImageOf({ id: manifest.config.digest, digest, config, layers }), config }
  } catch (error) {
    if (options.signal?.aborted === true && !isEngineError(error, "aborted"))
      throw new EngineError("aborted", { facts: { op: "pull" }, cause: error })
    throw error
  } finally {
    await reader.close()
  }
}

interface Pull {
  manifest: ChosenManifest
  reader: HeldReader
  signal: AbortSignal
}

async function readConfig(
  context: PullContext,
  { reference, manifest, reader, signal }: Pull & { reference: ImageReference },
): Promise<ImageConfigDocument> {
  const { digest, sizeBytes } = manifest.config
  const known = context.find(digest)
  if (known !== undefined) return known.config
  return asAnswerOf(reference, async () => {
    if (sizeBytes > maximumDocumentBytes)
      throw registryInvalid(reference.domain, "its configuration is larger than any honest one", { sizeBytes })
    await download(context, { blob: { digest, sizeBytes }, reader, signal, onBytes: () => undefined })
    const config = parseImageConfig(await context.content.readSmall(digest, maximumDocumentBytes))
    if (config.diffIds.length !== manifest.layers.length)
      throw registryInvalid(reference.domain, "manifest and configuration name different numbers of layers", {
        manifest: manifest.layers.length,
        configuration: config.diffIds.length,
      })
    return config
  })
}

async function pullLayers(
  context: PullContext,
  { manifest, config, reader, report, signal: callers }: Pull & { config: ImageConfigDocument; report: TransferReport },
): Promise<StoredLayer[]> {
  const wanted = manifest.layers.map((layer, index) => ({ ...layer, diffId: config.diffIds[index] ?? layer.digest }))
  return together(wanted, { limit: parallelLayers, signal: callers }, async (layer, signal) => {
    const { digest, diffId, mediaType, sizeBytes } = layer
    const onBytes = (doneBytes: number) => report.update(digest, { state: "transferring", doneBytes })
    const fetched = await download(context, { blob: layer, reader, signal, onBytes })
    report.update(digest, { state: "unpacking" })
    const sizes = await context.tasks.unpacks.run(`${digest} ${diffId}`, { signal, onProgress: () => undefined }, (taskSignal) =>
      unpackLayer(context, layer, taskSignal),
    )
    report.update(digest, { state: fetched ? "done" : "present" })
    return { digest, diffId, mediaType, compressedBytes: sizeBytes, ...sizes }
  })
}

function download(
  { content, tasks }: PullContext,
  options: { blob: { digest: Digest; sizeBytes: number }; reader: HeldReader; signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<boolean> {
  const { blob, reader, signal, onBytes } = options
  return tasks.downloads.run(blob.digest, { signal, onProgress: onBytes }, (taskSignal, tell) =>
    reader.during(() => fetchBlob(blob, { content, reader, signal: taskSignal, onBytes: tell })),
  )
}

/** What its documents lack or say is the registry's fault, and worded so. */
async function asAnswerOf<T>({ domain }: ImageReference, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isEngineError(error, "archive_invalid")) throw error
    throw registryInvalid(
      domain,
      typeof error.facts.why === "string" ? error.facts.why : "a document of it is malformed",
      error.facts,
      error,
    )
  }
}
