import type { ContentStore } from "../content/content-store.js"
import type { ImageApi } from "../engine.js"
import { isEngineError } from "../errors.js"
import type { RegistryOptions } from "../registry/registry-reader.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { Digest } from "../spec/digest.js"
import { formatReference, parseReference } from "../spec/reference.js"
import type { RegistrySettings } from "../spec/registry.js"
import type { FoundImage } from "./find-image.js"
import type { ImageConfigDocument } from "./image-config.js"
import type { ImageIndex, StoredImage } from "./image-index.js"
import type { ImageKeeper } from "./image-keeper.js"
import { pulledName, pushTarget, repositoryWith } from "./image-names.js"
import { type Lease, type Needs, needsOf } from "./leases.js"
import { type Platform, parsePlatform } from "./platform.js"
import { type PullContext, type PulledImage, type PullTasks, pullImage } from "./pull-image.js"
import { pushImage } from "./push-image.js"
import { SharedTasks } from "./shared-tasks.js"

interface TransferContext {
  content: ContentStore
  snapshots: Snapshotter
  index: ImageIndex
  keeper: ImageKeeper
  configOf: (id: Digest) => Promise<ImageConfigDocument>
  /** Asked at the beginning of each transfer. */
  settings: () => Promise<RegistrySettings>
  clock: RegistryOptions["clock"]
}

type PullOptions = NonNullable<Parameters<ImageApi["pull"]>[1]> & { defaultPlatform: Platform }

/** Images from and to registries: what they use is leased meanwhile, and what a pull that failed left is tidied up. */
export class ImageTransfers {
  private readonly tasks: PullTasks = { downloads: new SharedTasks(), unpacks: new SharedTasks() }
  private readonly running = new Set<Promise<unknown>>()
  private readonly closing = new AbortController()

  constructor(private readonly context: TransferContext) {}

  /** See `ImageApi.pull`. `name` is the one the image has got. */
  pull(text: string, options: PullOptions): Promise<PulledImage & { name: string }> {
    return this.whileOpen(options.signal, (signal) => this.pullInto(text, { ...options, signal }))
  }

  /** See `ImageApi.push`. `name` is the one the image has there. */
  push(found: FoundImage, options: NonNullable<Parameters<ImageApi["push"]>[1]>): Promise<{ image: StoredImage; name: string }> {
    return this.whileOpen(options.signal, (signal) => this.pushFrom(found, { ...options, signal }))
  }

  /** Aborts what is under way, and resolves when it has tidied up. */
  async close(): Promise<void> {
    this.closing.abort(new Error("the engine closes"))
    await Promise.allSettled(this.running)
  }

  private async whileOpen<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    // A signal of its own: listeners of many transfers on one would be taken for a leak.
    const transfer = work(AbortSignal.any([this.closing.signal, ...(signal === undefined ? [] : [signal])]))
    this.running.add(transfer)
    try {
      return await transfer
    } finally {
      this.running.delete(transfer)
    }
  }

  private async pullInto(text: string, options: PullOptions): Promise<PulledImage & { name: string }> {
    const reference = parseReference(text)
    const platform = options.platform === undefined ? options.defaultPlatform : parsePlatform(options.platform)
    const { index, keeper } = this.context
    const lease = keeper.lease([])
    const held: Needs[] = []
    let broken = false
    try {
      const platformAsked = options.platform !== undefined
      const pulled = await pullImage(await this.pullContext(lease, held), reference, { ...options, platform, platformAsked })
      const name = pulledName(reference)
      await keeper.change(() => index.add([{ image: pulled.image, references: [name] }]))
      return { ...pulled, name }
    } catch (error) {
      broken = isEngineError(error, "registry_unavailable")
      throw error
    } finally {
      lease.release()
      // Of a pull that broke off, what came whole stays for another try, until a collection finds it old.
      const candidates = broken ? held.map(({ layers }) => ({ blobs: [], layers })) : held
      await keeper.change(() => keeper.tidy(candidates))
    }
  }

  private async pushFrom(
    found: FoundImage,
    options: NonNullable<Parameters<ImageApi["push"]>[1]>,
  ): Promise<{ image: StoredImage; name: string }> {
    const { content, index, keeper } = this.context
    const { image } = found
    const target = pushTarget(found, options.to)
    const lease = keeper.lease([image])
    try {
      const otherRepositoryOf = (digest: Digest) => repositoryWith(index, digest, target)
      await pushImage({ content, registries: await this.registries(), otherRepositoryOf }, { image, target }, options)
      return { image, name: formatReference(target) }
    } finally {
      lease.release()
    }
  }

  private async registries(): Promise<Pick<RegistryOptions, "settings" | "clock">> {
    return { settings: await this.context.settings(), clock: this.context.clock }
  }

  private async pullContext(lease: Lease, held: Needs[]): Promise<PullContext> {
    const { content, snapshots, index, keeper, configOf } = this.context
    return {
      content,
      snapshots,
      registries: await this.registries(),
      tasks: this.tasks,
      find: (id) => {
        const image = index.get(id)
        if (image === undefined) return undefined
        lease.extend(needsOf(image))
        return { image, config: configOf(id) }
      },
      hold: (needs) => {
        held.push(needs)
        return keeper.hold(lease, [needs])
      },
    }
  }
}
