import type { ContentStore } from "../content/content-store.js"
import type { GarbageReport } from "../engine.js"
import type { Clock } from "../kernel/clock.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { Digest } from "../spec/digest.js"
import { everything, planGarbage, removeGarbage, removeUnneeded, reportGarbage } from "./collect-garbage.js"
import type { ImageIndex, StoredImage } from "./image-index.js"
import type { ImageUsage } from "./image-store.js"
import { type Lease, Leases, type Needs, needsOf } from "./leases.js"
import { Mutex } from "./mutex.js"

interface KeeperOptions {
  content: ContentStore
  snapshots: Snapshotter
  usage: ImageUsage
  clock: Pick<Clock, "now">
}

/**
 * Decides what may leave the stores. Changes of the index and removals take turns (`change`); what an operation uses is leased. The order is always index, layers,
 * blobs: a crash anywhere leaves things that nothing names, which `sweep` removes at the next start.
 */
export class ImageKeeper {
  private readonly mutex = new Mutex()
  private readonly leases = new Leases()
  /** What was to go while a lease held it: tried again with the next. */
  private deferred: Needs = { blobs: [], layers: [] }
  /** Creates under way, by image: as good as a container. */
  private readonly creating = new Map<Lease, Digest>()

  constructor(
    private readonly index: ImageIndex,
    private readonly options: KeeperOptions,
  ) {}

  change<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(work)
  }

  /** For images that are in the index now: holds at once. */
  lease(images: readonly StoredImage[]): Lease {
    const lease = this.leases.take({ blobs: [], layers: [] })
    for (const image of images) lease.extend(needsOf(image))
    return lease
  }

  /** As `lease`, and the image keeps its place in the index until the release. */
  leaseForCreate(image: StoredImage): Lease {
    const lease = this.lease([image])
    this.creating.set(lease, image.id)
    return {
      extend: (needs) => lease.extend(needs),
      release: () => {
        lease.release()
        this.creating.delete(lease)
      },
    }
  }

  /** For what is not in the index: once it resolves, no removal that began before it is under way. */
  async hold(lease: Lease, needs: readonly Needs[]): Promise<void> {
    await this.mutex.run(async () => {
      for (const each of needs) lease.extend(each)
    })
  }

  /** Removes what of these no image and no operation needs. Within `change`. */
  async tidy(candidates: readonly Needs[]): Promise<void> {
    const leased = this.leases.all()
    this.deferred = await removeUnneeded(this.options, [this.deferred, ...candidates], { images: this.index.all().map(needsOf), leased })
  }

  /** Takes images out of the index, but for those that have got a user meanwhile: resolves with those that are gone. Within `change`. */
  async forget(images: readonly StoredImage[], references: readonly string[] = []): Promise<StoredImage[]> {
    await this.index.remove({ references, images: images.map(({ id }) => id) })
    const back = images.filter(({ id }) => this.isUsed(id))
    if (back.length > 0) await this.index.add(back.map((image) => ({ image, references: [] })))
    return images.filter((image) => !back.includes(image))
  }

  /** All that no image needs, however fresh: for the start. */
  async sweep(): Promise<void> {
    await this.mutex.run(async () => {
      await this.options.content.sweepStaging()
      await this.tidy([await everything(this.options)])
    })
  }

  /** See `ImageApi.collectGarbage`. */
  async collect(options: { dryRun: boolean; graceMs: number }): Promise<GarbageReport> {
    return this.mutex.run(async () => {
      const plan = () =>
        planGarbage(this.options, {
          images: this.index.all().map((image) => ({ image, dangling: this.isDangling(image.id) })),
          leased: this.leases.all(),
          storedBefore: this.options.clock.now() - options.graceMs,
        })
      const planned = await plan()
      if (options.dryRun) return reportGarbage(planned, true)
      const images = planned.images.length === 0 ? [] : await this.forget(planned.images)
      // Once more: what has been leased since the first look stays.
      const current = { ...(await plan()), images }
      await removeGarbage(this.options, current)
      return reportGarbage(current, false)
    })
  }

  private isDangling(id: Digest): boolean {
    return this.index.referencesOf(id).length === 0 && !this.isUsed(id)
  }

  private isUsed(id: Digest): boolean {
    return this.options.usage(id).length > 0 || [...this.creating.values()].includes(id)
  }
}
