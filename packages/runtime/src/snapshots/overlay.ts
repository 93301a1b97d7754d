import { chmodSync, existsSync, lchownSync, lstatSync, statSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import type { FilesystemChange } from "../engine.js"
import { EngineError } from "../errors.js"
import { detachMount } from "../kernel/mount.js"
import type { IdRange } from "../spec/id-range.js"
import { exportTree } from "./changes/export-tree.js"
import { collectChanges, type TreeChange } from "./changes/tree-change.js"
import { upperChanges } from "./changes/upper-changes.js"
import { hostRootOnDisk } from "./host-root-id.js"
import { IdMappedStores } from "./id-mapped-stores.js"
import { LayerStore } from "./layers/layer-store.js"
import { MergedView } from "./layers/merged-view.js"
import { mountOverlay } from "./mount-overlay.js"
import { SnapshotDirectories, type SnapshotRecord } from "./snapshot-directories.js"
import { type DiskPlace, noDiskOfItsOwn, SnapshotDisks } from "./snapshot-disks.js"
import type { MountOptions, Snapshotter, SnapshotterDirectories } from "./snapshotter.js"
import { compactThinDisk, growThinDisk, makeThinDisk, measureThinDisk } from "./thin-disk.js"
import { treeUsage } from "./tree-usage.js"
import type { UnpackLimits } from "./unpack/unpack-tree.js"

/** Opens the overlayfs snapshotter. Needs overlayfs over id-mapped mounts (Linux 5.19 and a file system that has them): see `chooseSnapshotter`. */
export async function openOverlaySnapshotter(directories: SnapshotterDirectories, limits?: UnpackLimits): Promise<Snapshotter> {
  const snapshotter = new OverlaySnapshotter(directories, limits)
  await snapshotter.prepareDirectories()
  return snapshotter
}

/**
 * Layers are shared read-only; a snapshot is an upper and a work directory. For a user namespace both stores are seen
 * through one id-mapped mount each (`IdMappedStores`), so that on disk all files keep the ids of the image: layers are shared between tenants, and
 * a snapshot can be exported, or mounted for another range, as it is.
 */
class OverlaySnapshotter implements Snapshotter {
  readonly kind = "overlay"
  private readonly layers: LayerStore
  private readonly snapshots: SnapshotDirectories
  private readonly stores: IdMappedStores
  private readonly disks: SnapshotDisks
  /** Overlays that are detached and not yet taken down, by snapshot. */
  private readonly leaving = new Map<string, Promise<void>>()

  constructor(directories: SnapshotterDirectories, limits?: UnpackLimits) {
    this.layers = new LayerStore(directories.layers, limits)
    this.snapshots = new SnapshotDirectories(directories.snapshots, this.kind)
    this.stores = new IdMappedStores(directories.idMapped, { layers: directories.layers, snapshots: directories.snapshots })
    this.disks = new SnapshotDisks(directories.disks)
  }

  async prepareDirectories(): Promise<void> {
    await Promise.all([this.layers.prepare(), this.snapshots.prepare()])
  }

  async unpackLayer(diffId: string, tar: Readable): Promise<{ sizeBytes: number; tarBytes: number }> {
    return this.layers.unpack(diffId, tar)
  }

  async hasLayer(diffId: string): Promise<boolean> {
    return (await this.layers.find(diffId)) !== undefined
  }

  async layerSize(diffId: string): Promise<number> {
    return (await this.layers.get(diffId)).sizeBytes
  }

  removeLayer(diffId: string): Promise<void> {
    return this.layers.remove(diffId)
  }

  listLayers(): Promise<string[]> {
    return this.layers.list()
  }

  async prepare(id: string, diffIds: string[], { diskBytes: sizeBytes }: { diskBytes?: number | undefined } = {}): Promise<void> {
    if (sizeBytes === undefined) return this.snapshots.create({ id, diffIds }, (directory) => this.makeWritable(directory, diffIds))
    for (const diffId of diffIds) await this.layers.get(diffId)
    await this.snapshots.create({ id, diffIds, disk: { sizeBytes } }, (directory) =>
      makeThinDisk({ image: join(directory, diskFile), sizeBytes }),
    )
  }

  /** The upper and the work directory. */
  private async makeWritable(directory: string, diffIds: readonly string[]): Promise<void> {
    const records = await Promise.all(diffIds.map((diffId) => this.layers.get(diffId)))
    // The root directory looks as the topmost layer that says so wants it.
    const root = records.findLast((record) => record.hasRootEntry)
    await Promise.all([makeDirectory(join(directory, "upper"), 0o755), makeDirectory(join(directory, "work"), 0o700)])
    if (root === undefined) chmodSync(join(directory, "upper"), 0o755)
    else copyRootAttributes(join(this.layers.directory, LayerStore.treeOf(root.diffId)), join(directory, "upper"))
  }

  async mount(id: string, target: string, idRange: IdRange | undefined, options: MountOptions = {}): Promise<void> {
    const record = await this.snapshots.get(id)
    await mkdir(target, { recursive: true, mode: 0o755 })
    if (isMountPoint(target)) return
    // Two overlays over one writable layer are undefined, also while the first is on its way out.
    await this.leaving.get(id)
    const view = await this.stores.view(idRange)
    const mountOver = (writable: string): void =>
      mountOverlay({
        // overlayfs wants the topmost first.
        layers: record.diffIds.toReversed().map((diffId) => join(view.layers, LayerStore.treeOf(diffId))),
        upper: join(writable, "upper"),
        work: join(writable, "work"),
        target,
        volatile: options.volatile === true,
      })
    if (record.disk === undefined) return mountOver(join(view.snapshots, id))
    await this.onDisk(id, record, async ({ mapped }) => mountOver(mapped), idRange)
  }

  async unmount(id: string, target: string): Promise<void> {
    const detached = await detachMount(target)
    const gone = detached.gone.finally(() => {
      if (this.leaving.get(id) === gone) this.leaving.delete(id)
    })
    this.leaving.set(id, gone)
  }

  remove(id: string): Promise<void> {
    return this.snapshots.remove(id)
  }

  list(): Promise<string[]> {
    return this.snapshots.list()
  }

  async usage(id: string): Promise<number> {
    const record = await this.snapshots.find(id)
    if (record?.disk === undefined) return treeUsage(join(this.snapshots.pathOf(id), "upper"))
    return (await this.onDisk(id, record, ({ target }) => measureThinDisk({ image: this.imageOf(id), target }))).usedBytes
  }

  async disk(id: string): Promise<{ sizeBytes: number; allocatedBytes: number } | undefined> {
    const sizeBytes = (await this.snapshots.find(id))?.disk?.sizeBytes
    if (sizeBytes === undefined) return undefined
    return { sizeBytes, allocatedBytes: (await measureThinDisk({ image: this.imageOf(id), target: undefined })).allocatedBytes }
  }

  async growDisk(id: string, sizeBytes: number): Promise<void> {
    const record = await this.snapshots.get(id)
    await this.onDisk(id, record, async ({ target }, disk) => {
      if (sizeBytes < disk.sizeBytes)
        throw new EngineError("invalid_argument", {
          facts: { field: "diskBytes", sizeBytes, present: disk.sizeBytes },
          publicMessage: `The container's disk has ${disk.sizeBytes} bytes and cannot become smaller. Give more than that, or make a new container from a commit of this one.`,
        })
      await growThinDisk({ image: this.imageOf(id), target, sizeBytes })
      await this.snapshots.save(id, { ...record, disk: { sizeBytes } })
    })
  }

  async compactDisk(id: string): Promise<{ beforeBytes: number; afterBytes: number }> {
    return this.onDisk(id, await this.snapshots.get(id), ({ target }) => compactThinDisk({ image: this.imageOf(id), target }))
  }

  async changes(id: string): Promise<FilesystemChange[]> {
    const record = await this.snapshots.get(id)
    if (record.disk === undefined) return collectChanges(this.treeChanges(record, this.snapshots.pathOf(id)))
    return this.onDisk(id, record, async ({ target }) => collectChanges(this.treeChanges(record, target)))
  }

  async exportChanges(id: string): Promise<Readable> {
    const record = await this.snapshots.get(id)
    if (record.disk === undefined) return this.exportFrom(record, this.snapshots.pathOf(id))
    await this.onDisk(id, record, async () => undefined)
    const place = await this.disks.enter({ id, image: this.imageOf(id), sizeBytes: record.disk.sizeBytes })
    return this.exportFrom(record, place.target).once("close", () => {
      // What cannot be taken down is swept by the next start.
      this.disks.leave(id, place).catch(() => undefined)
    })
  }

  async sweep(): Promise<void> {
    await Promise.all([this.layers.sweep(), this.snapshots.sweep(), this.disks.sweep()])
  }

  releaseRange(range: IdRange): Promise<void> {
    return this.stores.release(range)
  }

  releaseAll(): Promise<void> {
    return this.stores.releaseAll()
  }

  private exportFrom(record: SnapshotRecord, writable: string): Readable {
    return Readable.from(exportTree(this.treeChanges(record, writable), imageId), { objectMode: false })
  }

  private treeChanges({ diffIds }: SnapshotRecord, writable: string): Iterable<TreeChange> {
    const trees = diffIds.toReversed().map((diffId) => join(this.layers.directory, LayerStore.treeOf(diffId)))
    return upperChanges(join(writable, "upper"), new MergedView(trees))
  }

  /** Rejects with `conflict` when it has no disk of its own. */
  private async onDisk<T>(
    id: string,
    { disk, diffIds }: SnapshotRecord,
    work: (place: DiskPlace, disk: { sizeBytes: number }) => Promise<T>,
    idRange?: IdRange,
  ): Promise<T> {
    if (disk === undefined) throw new EngineError("conflict", { facts: { snapshot: id }, publicMessage: noDiskOfItsOwn })
    await this.leaving.get(id)
    return this.disks.use({ id, image: this.imageOf(id), sizeBytes: disk.sizeBytes, idRange }, async (place) => {
      if (!existsSync(join(place.target, "work"))) await this.makeWritable(place.target, diffIds)
      return work(place, disk)
    })
  }

  private imageOf(id: string): string {
    return join(this.snapshots.pathOf(id), diskFile)
  }
}

// A disk in which a crash cut this off has some of it already.
function makeDirectory(path: string, mode: number): Promise<unknown> {
  return mkdir(path, { recursive: true, mode })
}

/** Of a snapshot's directory. */
const diskFile = "disk.img"

// What the engine itself made in a mounted snapshot belongs, for the image, to root.
function imageId(idOnDisk: number): number {
  return idOnDisk === hostRootOnDisk ? 0 : idOnDisk
}

function copyRootAttributes(from: string, to: string): void {
  const stats = lstatSync(from)
  lchownSync(to, stats.uid, stats.gid)
  chmodSync(to, stats.mode & 0o7777)
}

// A mount has a device number of its own: one stat instead of parsing the whole mount table.
function isMountPoint(path: string): boolean {
  try {
    return statSync(path).dev !== statSync(dirname(path)).dev
  } catch (cause) {
    throw new EngineError("mount_failed", { facts: { op: "stat", target: path }, cause })
  }
}
