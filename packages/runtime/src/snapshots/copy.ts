import { chmodSync, existsSync } from "node:fs"
import { mkdir, readdir, rename } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import type { FilesystemChange } from "../engine.js"
import { EngineError } from "../errors.js"
import { mount, mountFlags, unmount } from "../kernel/mount.js"
import { findMount } from "../kernel/mount-table.js"
import { toEngineError } from "../kernel/system-call-error.js"
import type { IdRange } from "../spec/id-range.js"
import { exportTree } from "./changes/export-tree.js"
import { collectChanges, type TreeChange } from "./changes/tree-change.js"
import { copyLayers } from "./copy/copy-layers.js"
import { type OwnerOf, treeDifferences } from "./copy/tree-differences.js"
import { LayerStore } from "./layers/layer-store.js"
import { MergedView } from "./layers/merged-view.js"
import { removeTree } from "./remove-tree.js"
import { SnapshotDirectories } from "./snapshot-directories.js"
import { noDiskOfItsOwn } from "./snapshot-disks.js"
import type { Snapshotter, SnapshotterDirectories } from "./snapshotter.js"
import { treeUsage } from "./tree-usage.js"
import type { UnpackLimits } from "./unpack/unpack-tree.js"

/** Opens the snapshotter that needs nothing of the kernel but bind mounts. */
export async function openCopySnapshotter(directories: SnapshotterDirectories, limits?: UnpackLimits): Promise<Snapshotter> {
  const snapshotter = new CopySnapshotter(directories, limits)
  await snapshotter.prepareDirectories()
  return snapshotter
}

/**
 * For hosts without overlayfs or id-mapped mounts: a snapshot is a full copy of its layers, owned by the ids of its range, made at the first
 * mount under a temporary name. Costs the image's size a container (nothing where the file system shares blocks); changes are found by comparing with the layers.
 */
class CopySnapshotter implements Snapshotter {
  readonly kind = "copy"
  private readonly layers: LayerStore
  private readonly snapshots: SnapshotDirectories

  constructor(directories: SnapshotterDirectories, limits?: UnpackLimits) {
    this.layers = new LayerStore(directories.layers, limits)
    this.snapshots = new SnapshotDirectories(directories.snapshots, this.kind)
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

  async prepare(id: string, diffIds: string[], { diskBytes }: { diskBytes?: number | undefined } = {}): Promise<void> {
    if (diskBytes !== undefined) throw noDisk("unsupported", "A container's disk has a limit only where overlayfs works.")
    for (const diffId of diffIds) await this.layers.get(diffId)
    await this.snapshots.create({ id, diffIds }, async () => undefined)
  }

  async mount(id: string, target: string, idRange: IdRange | undefined): Promise<void> {
    const tree = await this.copyOnce(id, idRange)
    await mkdir(target, { recursive: true, mode: 0o755 })
    if (findMount(target) !== undefined) return
    mount({ source: tree, target, flags: mountFlags.bind })
    // A bind mount takes its own flags only when it is mounted again. No device file in it ever works.
    mount({ source: "none", target, flags: mountFlags.bind | mountFlags.remount | mountFlags.noDev })
  }

  async unmount(_id: string, target: string): Promise<void> {
    unmount(target, { lazy: true })
  }

  remove(id: string): Promise<void> {
    return this.snapshots.remove(id)
  }

  list(): Promise<string[]> {
    return this.snapshots.list()
  }

  async disk(): Promise<undefined> {
    return undefined
  }

  async growDisk(): Promise<never> {
    throw noDisk("conflict", noDiskOfItsOwn)
  }

  async compactDisk(): Promise<never> {
    throw noDisk("conflict", noDiskOfItsOwn)
  }

  async usage(id: string): Promise<number> {
    const copied = await this.findCopy(id)
    return copied === undefined ? 0 : treeUsage(copied.tree)
  }

  async changes(id: string): Promise<FilesystemChange[]> {
    return collectChanges(await this.treeChanges(id))
  }

  async exportChanges(id: string): Promise<Readable> {
    const base = (await this.findCopy(id))?.base ?? 0
    return Readable.from(exportTree(await this.treeChanges(id), ownerFrom(base)), { objectMode: false })
  }

  async sweep(): Promise<void> {
    await Promise.all([this.layers.sweep(), this.snapshots.sweep()])
    for (const id of await this.snapshots.list()) await removeTree(join(this.snapshots.pathOf(id), unfinished))
  }

  async releaseRange(): Promise<void> {
    // Nothing is mounted for a range as a whole.
  }

  async releaseAll(): Promise<void> {
    // As above.
  }

  private async copyOnce(id: string, range: IdRange | undefined): Promise<string> {
    const { diffIds } = await this.snapshots.get(id)
    const existing = await this.findCopy(id)
    const base = range?.uidBase ?? 0
    if (existing?.base === base) return existing.tree
    if (existing !== undefined) {
      throw new EngineError("unsupported", {
        facts: { snapshot: id, base, existing: existing.base },
        publicMessage: "This host copies files for one id range only: make a new container for another.",
      })
    }
    const temporary = join(this.snapshots.pathOf(id), unfinished)
    const tree = join(this.snapshots.pathOf(id), treePrefix + base)
    try {
      await removeTree(temporary)
      await mkdir(temporary, { mode: 0o755 })
      chmodSync(temporary, 0o755)
      const records = await Promise.all(diffIds.map((diffId) => this.layers.get(diffId)))
      await copyLayers(
        records.map(({ diffId, hasRootEntry }) => ({ tree: this.treeOf(diffId), hasRootEntry })),
        temporary,
        range,
      )
      await rename(temporary, tree)
    } catch (error) {
      await removeTree(temporary)
      throw toEngineError(error, "internal", { op: "copy layers", snapshot: id })
    }
    return tree
  }

  private async findCopy(id: string): Promise<{ tree: string; base: number } | undefined> {
    const directory = this.snapshots.pathOf(id)
    if (!existsSync(directory)) throw new EngineError("not_found", { facts: { snapshot: id } })
    const name = (await readdir(directory)).find((candidate) => candidate.startsWith(treePrefix))
    return name === undefined ? undefined : { tree: join(directory, name), base: Number(name.slice(treePrefix.length)) }
  }

  private async treeChanges(id: string): Promise<Iterable<TreeChange>> {
    const { diffIds } = await this.snapshots.get(id)
    const copied = await this.findCopy(id)
    if (copied === undefined) return []
    const layers = diffIds.toReversed().map((diffId) => this.treeOf(diffId))
    return treeDifferences(copied.tree, new MergedView(layers), ownerFrom(copied.base))
  }

  private treeOf(diffId: string): string {
    return join(this.layers.directory, LayerStore.treeOf(diffId))
  }
}

const treePrefix = "fs-"
const unfinished = "unfinished"

function ownerFrom(base: number): OwnerOf {
  return (id) => Math.max(0, id - base)
}

function noDisk(code: "unsupported" | "conflict", publicMessage: string): EngineError {
  return new EngineError(code, { facts: { field: "diskBytes" }, publicMessage })
}
