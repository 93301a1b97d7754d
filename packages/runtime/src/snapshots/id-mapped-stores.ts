import { mkdir, readdir, rmdir } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../errors.js"
import { unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { mountIdMapped } from "../kernel/new-mount-api.js"
import { openUserNamespace } from "../kernel/user-namespace.js"
import type { IdRange } from "../spec/id-range.js"
import { hostRootOnDisk } from "./host-root-id.js"

/** The stores as a tenant's user namespace sees them. */
export interface StoreView {
  layers: string
  snapshots: string
}

/**
 * One id-mapped mount of the layers' and one of the snapshots' directory for each id range, made on first use below
 * `run/idmapped/<uidBase>` and shared by all containers of the range: on disk every file keeps the ids of its image.
 *
 * The map has one line more than the range: host root ↔ `hostRootOnDisk`. overlayfs makes work files and whiteouts as
 * the mounter, and an id that the mount cannot write down would make that fail with EOVERFLOW.
 */
export class IdMappedStores {
  private readonly made = new Map<string, Promise<StoreView>>()

  constructor(
    private readonly directory: string,
    private readonly stores: StoreView,
  ) {}

  /** The view of a range, or the stores themselves for the host's user namespace. Rejects with `mount_failed`, `kernel_feature_missing`. */
  view(range: IdRange | undefined): Promise<StoreView> {
    if (range === undefined) return Promise.resolve(this.stores)
    const name = nameOf(range)
    const known = this.made.get(name)
    if (known !== undefined) return known
    const making = this.make(name, range)
    this.made.set(name, making)
    // A failure is told to whoever waits for it; the next caller tries again.
    making.catch(() => this.made.delete(name))
    return making
  }

  /** Unmounts the range's views. `mount_failed` while a container's files are mounted over them. No effect when there are none. */
  async release(range: IdRange): Promise<void> {
    await this.unmountViews(nameOf(range))
  }

  /** Unmounts all views. */
  async releaseAll(): Promise<void> {
    for (const name of await namesIn(this.directory)) await this.unmountViews(name)
  }

  private async make(name: string, range: IdRange): Promise<StoreView> {
    const view = this.viewOf(name)
    const mounted = new Set(readMounts().map((entry) => entry.target))
    const missing = (["layers", "snapshots"] as const).filter((store) => !mounted.has(view[store]))
    if (missing.length === 0) return view
    const namespace = await openUserNamespace(range, [{ insideId: hostRootOnDisk, outsideId: 0, count: 1 }])
    try {
      for (const store of missing) {
        await mkdir(view[store], { recursive: true, mode: 0o700 })
        mountIdMapped({ source: this.stores[store], target: view[store], userNamespaceFd: namespace.fd })
      }
    } finally {
      namespace.close()
    }
    return view
  }

  private async unmountViews(name: string): Promise<void> {
    this.made.delete(name)
    const view = this.viewOf(name)
    for (const target of [view.layers, view.snapshots]) {
      unmount(target)
      await removeEmpty(target)
    }
    await removeEmpty(join(this.directory, name))
  }

  private viewOf(name: string): StoreView {
    const base = join(this.directory, name)
    return { layers: join(base, "layers"), snapshots: join(base, "snapshots") }
  }
}

function nameOf(range: IdRange): string {
  return range.gidBase === range.uidBase ? String(range.uidBase) : `${range.uidBase}-${range.gidBase}`
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return []
    throw error
  }
}

async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error
  }
}
