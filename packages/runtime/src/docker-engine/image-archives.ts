import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { decompress } from "../content/compression.js"
import { type ContentStore, openContentStore, type StagedBlob } from "../content/content-store.js"
import type { ConvertedArchive, ImageArchives } from "../docker/host-tools.js"
import { importRootfs } from "../images/build-image.js"
import type { StoredImage, StoredLayer } from "../images/image-index.js"
import { planDockerArchive } from "../images/plan-docker-archive.js"
import { planOciArchive } from "../images/plan-oci-archive.js"
import type { PlannedImage } from "../images/planned-image.js"
import { hostPlatform, type Platform } from "../images/platform.js"
import { saveDockerArchive, saveOciArchive } from "../images/save-archive.js"
import { StagedArchive } from "../images/staged-archive.js"
import { digestMismatch } from "../spec/digest.js"

/** Translates image archives by way of a content store of their own, which goes when the result has been read. */
export function imageArchives(temporaryDirectory: string = tmpdir()): ImageArchives {
  const translate = async (
    plan: (content: ContentStore) => Promise<PlannedImage[]>,
    write: typeof saveDockerArchive | typeof saveOciArchive,
  ): Promise<ConvertedArchive> => {
    const directory = await mkdtemp(join(temporaryDirectory, "plimsoll-archive-"))
    const discard = (): Promise<void> => rm(directory, { recursive: true, force: true })
    try {
      const content = await openContentStore(directory)
      const planned = await plan(content)
      const saved = await Promise.all(planned.map(async (image) => ({ image: await store(content, image), references: image.references })))
      return {
        tar: Readable.from(write(content, saved), { objectMode: false }),
        images: planned.map(({ id, references }) => ({ id, references })),
        discard,
      }
    } catch (error) {
      await discard()
      throw error
    }
  }
  return {
    toDocker: (archive, options) =>
      translate((content) => planArchive(content, archive, { ...options, platform: hostPlatform() }), saveDockerArchive),
    toOci: (archive, options) =>
      translate((content) => planArchive(content, archive, { ...options, platform: hostPlatform() }), saveOciArchive),
    fromRootfs: (tar, { architecture, ...options }) =>
      translate(
        async (content) => [await importRootfs(tar, { ...options, content, platform: { os: "linux", architecture }, now: Date.now() })],
        saveDockerArchive,
      ),
  }
}

async function planArchive(
  content: ContentStore,
  archive: Readable,
  options: { platform: Platform; signal?: AbortSignal },
): Promise<PlannedImage[]> {
  const staged = await StagedArchive.read(content, decompress(archive), options)
  return staged.has("index.json") ? planOciArchive(staged, options.platform) : planDockerArchive(staged)
}

/** Publishes what an image consists of. A layer that is not what the configuration says is refused here: Docker would only say that it failed. */
async function store(content: ContentStore, planned: PlannedImage): Promise<StoredImage> {
  const staged = new Map<string, StagedBlob>(planned.blobs.map((blob) => [blob.digest, blob]))
  const layers: StoredLayer[] = []
  for (const layer of planned.layers) {
    const blob = staged.get(layer.digest)
    const tarBytes = blob === undefined ? 0 : await checkedLength(content, blob, layer)
    layers.push({ ...layer, unpackedBytes: 0, tarBytes })
  }
  for (const blob of planned.blobs) await blob.commit()
  const { digest } = await content.write(Readable.from([planned.manifest]))
  const { os, architecture, variant, createdAt, config } = planned.config
  return {
    id: planned.id,
    digest,
    createdAt,
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    labels: config.labels,
    layers,
  }
}

async function checkedLength(content: ContentStore, blob: StagedBlob, layer: PlannedImage["layers"][number]): Promise<number> {
  if (blob.digest === layer.diffId) return blob.sizeBytes
  const plain = await content.stage(decompress(blob.open()))
  await plain.discard()
  if (plain.digest !== layer.diffId) throw digestMismatch(layer.diffId, plain.digest)
  return plain.sizeBytes
}
