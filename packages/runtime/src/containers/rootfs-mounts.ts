import type { Snapshotter } from "../snapshots/snapshotter.js"
import type { ContainerRecord } from "./container-record.js"
import type { EnginePaths } from "./engine-context.js"
import { KeyedQueue } from "./keyed-queue.js"

/** A mounted root file system. `release` may be called more than once. */
export interface MountLease {
  readonly path: string
  release(): Promise<void>
}

/**
 * Mounts of writable snapshots, counted: a run and any number of copies share one mount, since two overlays over one
 * writable layer are undefined (Documentation/filesystems/overlayfs.rst). The last lease unmounts.
 */
export class RootfsMounts {
  readonly #snapshots: Pick<Snapshotter, "mount" | "unmount">
  readonly #paths: Pick<EnginePaths, "rootfs">
  readonly #leases = new Map<string, number>()
  readonly #queue = new KeyedQueue()

  constructor(snapshots: Pick<Snapshotter, "mount" | "unmount">, paths: Pick<EnginePaths, "rootfs">) {
    this.#snapshots = snapshots
    this.#paths = paths
  }

  acquire(record: ContainerRecord): Promise<MountLease> {
    return this.#queue.run(record.id, async () => {
      const count = this.#leases.get(record.id) ?? 0
      const path = this.#paths.rootfs(record.id)
      if (count === 0) await this.#snapshots.mount(record.id, path, record.idRange, { volatile: record.spec.autoRemove ?? false })
      this.#leases.set(record.id, count + 1)
      return this.#lease(record.id, path)
    })
  }

  /** A run that was going on before the daemon came: its mount is there already. */
  adopt(containerId: string): void {
    this.#leases.set(containerId, (this.#leases.get(containerId) ?? 0) + 1)
  }

  /** The lease of a run ended, whoever took it. Nobody holds it: what may be mounted is unmounted all the same. */
  release(containerId: string): Promise<void> {
    return this.#queue.run(containerId, async () => {
      const count = this.#leases.get(containerId) ?? 1
      if (count > 1) {
        this.#leases.set(containerId, count - 1)
        return
      }
      await this.#snapshots.unmount(containerId, this.#paths.rootfs(containerId))
      this.#leases.delete(containerId)
    })
  }

  /** Before the writable layer is removed: unmounts whoever may still read from it. */
  releaseAll(containerId: string): Promise<void> {
    this.#leases.delete(containerId)
    return this.release(containerId)
  }

  #lease(containerId: string, path: string): MountLease {
    let held = true
    return {
      path,
      release: async () => {
        if (!held) return
        held = false
        if (this.#leases.has(containerId)) await this.release(containerId)
      },
    }
  }
}
