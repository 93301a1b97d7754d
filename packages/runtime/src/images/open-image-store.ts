import { Readable } from "node:stream"
import { decompress } from "../content/compression.js"
import type { ContentStore } from "../content/content-store.js"
import type { GarbageReport, ImageConfig, ImageInspect, ImageSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { Digest } from "../spec/digest.js"
import type { RegistrySettingsSource } from "../spec/registry.js"
import { type AddLayerOptions, addLayer, importRootfs } from "./build-image.js"
import { inspectImage, summariseImage } from "./describe-image.js"
import { type FoundImage, findImage, requireImage } from "./find-image.js"
import { type ImageConfigDocument, parseImageConfig } from "./image-config.js"
import { maximumDocumentBytes } from "./image-documents.js"
import { ImageIndex, type StoredImage } from "./image-index.js"
import { ImageKeeper } from "./image-keeper.js"
import { namesToSave, newReference, withNames } from "./image-names.js"
import type { ImageStore, ImageUsage, ResolvedImage } from "./image-store.js"
import { ImageTransfers } from "./image-transfers.js"
import { needsOf } from "./leases.js"
import { dockerReferences, planDockerArchive } from "./plan-docker-archive.js"
import { planOciArchive } from "./plan-oci-archive.js"
import { planRemoval } from "./plan-removal.js"
import { needsOfPlanned, type PlannedImage } from "./planned-image.js"
import { hostPlatform, type Platform } from "./platform.js"
import { publishImage } from "./publish-image.js"
import { saveDockerArchive, saveOciArchive } from "./save-archive.js"
import { StagedArchive } from "./staged-archive.js"

/** Something happened to an image: for the event stream. `reference` is empty for one without a name. */
export interface ImageChange {
  action: "load" | "import" | "tag" | "untag" | "delete" | "commit" | "pull" | "push"
  id: string
  reference: string
}

export interface ImageStoreOptions {
  /** `root/images` */
  directory: string
  content: ContentStore
  snapshots: Snapshotter
  usage: ImageUsage
  clock: Pick<Clock, "now" | "sleep">
  /** Called once a change is on disk; awaited, so that an event is never later than the answer. */
  onChange?: (change: ImageChange) => Promise<void> | void
  /** Called with the result of a collection that was no dry run. */
  onCollect?: (report: GarbageReport) => Promise<void> | void
  platform?: Platform
  registries?: RegistrySettingsSource
}

/** A pull that broke off may be tried again within it. */
const defaultGraceMs = 3_600_000

/** Opens the image store. Rejects with `state_corrupt`. Call `sweep` once before use: it removes what a crash left. */
export async function openImageStore(options: ImageStoreOptions): Promise<ImageStore> {
  return new LocalImageStore(await ImageIndex.open(options.directory), options)
}

class LocalImageStore implements ImageStore {
  private readonly keeper: ImageKeeper
  private readonly transfers: ImageTransfers
  private readonly configs = new Map<Digest, ImageConfigDocument>()

  constructor(
    private readonly index: ImageIndex,
    private readonly options: ImageStoreOptions,
  ) {
    this.keeper = new ImageKeeper(index, options)
    const { content, snapshots, clock, registries = {} } = options
    this.transfers = new ImageTransfers({
      content,
      snapshots,
      index,
      keeper: this.keeper,
      configOf: (id) => this.configOf(id),
      settings: async () => (typeof registries === "function" ? registries() : registries),
      clock,
    })
  }

  async list(): Promise<ImageSummary[]> {
    const all = this.index.all()
    return all.map((image) => this.summary(image, all)).sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
  }

  async inspect(reference: string): Promise<ImageInspect> {
    const { image } = requireImage(this.index, reference)
    return inspectImage(this.summary(image), image, await this.configOf(image.id))
  }

  async resolve(reference: string): Promise<ResolvedImage | undefined> {
    const found = findImage(this.index, reference)
    if (found === undefined) return undefined
    return this.resolved(found)
  }

  async lease(reference: string): Promise<{ image: ResolvedImage; release(): void } | undefined> {
    const found = findImage(this.index, reference)
    if (found === undefined) return undefined
    const lease = this.keeper.leaseForCreate(found.image)
    try {
      const image = await this.resolved(found)
      return { image, release: () => lease.release() }
    } catch (error) {
      lease.release()
      throw error
    }
  }

  async load(archive: Readable, options: { signal?: AbortSignal } = {}): Promise<ImageSummary[]> {
    const staged = await StagedArchive.read(this.options.content, decompress(archive), options)
    try {
      return await this.keep("load", await this.plan(staged))
    } finally {
      await staged.discard()
    }
  }

  async importRootfs(
    tar: Readable,
    options: { reference: string; config?: Partial<ImageConfig>; comment?: string; signal?: AbortSignal },
  ): Promise<ImageSummary> {
    const reference = newReference(options.reference)
    const planned = await importRootfs(tar, {
      ...options,
      reference,
      content: this.options.content,
      platform: this.platform(),
      now: this.options.clock.now(),
    })
    return this.keepBuilt("import", planned)
  }

  async addLayer(options: AddLayerOptions): Promise<ImageSummary> {
    const { image } = requireImage(this.index, options.base)
    const reference = options.reference === undefined ? undefined : newReference(options.reference)
    const lease = this.keeper.lease([image])
    try {
      const base = { image, document: await this.configOf(image.id) }
      return await this.keepBuilt(
        "commit",
        await addLayer(options, { base, reference, content: this.options.content, now: this.options.clock.now() }),
      )
    } finally {
      lease.release()
    }
  }

  async save(references: string[], options: { format?: "oci" | "docker"; signal?: AbortSignal } = {}): Promise<Readable> {
    if (references.length === 0) throw new EngineError("invalid_argument", { publicMessage: "Say which images to save." })
    const found = references.map((reference) => requireImage(this.index, reference))
    const lease = this.keeper.lease(found.map(({ image }) => image))
    const write = options.format === "docker" ? saveDockerArchive : saveOciArchive
    const archive = Readable.from(write(this.options.content, namesToSave(this.index, found)), {
      objectMode: false,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    return archive.once("close", () => lease.release())
  }

  async pull(reference: string, options: Parameters<ImageStore["pull"]>[1] = {}): Promise<ImageSummary> {
    const { image, config, name } = await this.transfers.pull(reference, { defaultPlatform: this.platform(), ...options })
    this.configs.set(image.id, config)
    await this.changed("pull", image.id, name)
    return this.summary(this.index.get(image.id) ?? image)
  }

  async push(reference: string, options: Parameters<ImageStore["push"]>[1] = {}): Promise<{ digest: string }> {
    const { image, name } = await this.transfers.push(requireImage(this.index, reference), options)
    await this.changed("push", image.id, name)
    return { digest: image.digest }
  }

  async collectGarbage(options: { dryRun?: boolean; graceMs?: number } = {}): Promise<GarbageReport> {
    const { dryRun = false, graceMs = defaultGraceMs } = options
    const report = await this.keeper.collect({ dryRun, graceMs })
    if (dryRun) return report
    for (const { id } of report.images) {
      this.configs.delete(id as Digest)
      await this.changed("delete", id, "")
    }
    await this.options.onCollect?.(report)
    return report
  }

  async tag(reference: string, newName: string): Promise<void> {
    const wanted = newReference(newName)
    await this.keeper.change(async () => {
      const { image } = requireImage(this.index, reference)
      await this.index.setReference(wanted, image.id)
      await this.changed("tag", image.id, wanted)
    })
  }

  async remove(reference: string, options: { force?: boolean } = {}): Promise<{ untagged: string[]; deleted: string[] }> {
    return this.keeper.change(async () => {
      const found = requireImage(this.index, reference)
      const { untagged, deleted } = planRemoval(found, { index: this.index, usage: this.options.usage, force: options.force === true })
      const [gone] = await this.keeper.forget(deleted === undefined ? [] : [deleted], untagged)
      for (const name of untagged) await this.changed("untag", found.image.id, name)
      if (gone === undefined) return { untagged, deleted: [] }
      this.configs.delete(gone.id)
      await this.keeper.tidy([needsOf(gone)])
      await this.changed("delete", gone.id, untagged[0] ?? "")
      return { untagged, deleted: [gone.id] }
    })
  }

  async sweep(): Promise<void> {
    await this.keeper.sweep()
  }

  async close(): Promise<void> {
    await this.transfers.close()
  }

  private async plan(staged: StagedArchive): Promise<PlannedImage[]> {
    if (staged.has("index.json")) return withNames(await planOciArchive(staged, this.platform()), await dockerReferences(staged))
    if (staged.has("manifest.json")) return planDockerArchive(staged)
    throw new EngineError("archive_invalid", {
      facts: { why: "neither index.json nor manifest.json" },
      publicMessage:
        "This is no image archive: it has neither an index.json (OCI) nor a manifest.json (docker save). A root file system is imported instead.",
    })
  }

  private async keepBuilt(action: ImageChange["action"], planned: PlannedImage): Promise<ImageSummary> {
    try {
      const [summary] = await this.keep(action, [planned])
      if (summary === undefined) throw new EngineError("internal", { facts: { op: action } })
      return summary
    } finally {
      for (const blob of planned.blobs) await blob.discard()
    }
  }

  // All images of an archive or none: the index is changed once, at the end.
  private async keep(action: ImageChange["action"], planned: readonly PlannedImage[]): Promise<ImageSummary[]> {
    const needs = planned.map(needsOfPlanned)
    const lease = this.keeper.lease([])
    try {
      await this.keeper.hold(lease, needs)
      const published: { image: StoredImage; references: string[] }[] = []
      for (const image of planned) published.push({ image: await publishImage(this.options, image), references: image.references })
      await this.keeper.change(() => this.index.add(published))
      for (const image of planned) this.configs.set(image.id, image.config)
      for (const { image, references } of published) await this.changed(action, image.id, references[0] ?? "")
      return published.map(({ image }) => this.summary(this.index.get(image.id) ?? image))
    } finally {
      lease.release()
      // Also after success: a second copy of an image that was here leaves blobs that nothing names.
      await this.keeper.change(() => this.keeper.tidy(needs))
    }
  }

  private async resolved({ image, reference }: FoundImage): Promise<ResolvedImage> {
    const document = await this.configOf(image.id)
    return {
      id: image.id,
      reference: reference ?? this.index.referencesOf(image.id)[0] ?? image.id,
      config: document.config,
      diffIds: document.diffIds,
      architecture: document.architecture,
      os: document.os,
    }
  }

  private summary(image: StoredImage, all: readonly StoredImage[] = this.index.all()): ImageSummary {
    return summariseImage(image, { all, references: this.index.referencesOf(image.id), usedBy: this.options.usage(image.id) })
  }

  private async configOf(id: Digest): Promise<ImageConfigDocument> {
    const known = this.configs.get(id)
    if (known !== undefined) return known
    const document = parseImageConfig(await this.options.content.readSmall(id, maximumDocumentBytes))
    this.configs.set(id, document)
    return document
  }

  private async changed(action: ImageChange["action"], id: string, reference: string): Promise<void> {
    await this.options.onChange?.({ action, id, reference })
  }

  private platform(): Platform {
    return this.options.platform ?? hostPlatform()
  }
}
