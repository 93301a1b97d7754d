import { randomBytes } from "node:crypto"
import { mkdir, readdir, rmdir } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../errors.js"
import { detachMount } from "../kernel/mount.js"
import { mountIdMapped } from "../kernel/new-mount-api.js"
import { openUserNamespace } from "../kernel/user-namespace.js"
import type { IdRange } from "../spec/id-range.js"
import { hostRootOnDisk } from "./host-root-id.js"
import { mountThinDisk, unmountThinDisk } from "./thin-disk.js"

interface DiskUse {
  /** Of the snapshot. */
  id: string
  image: string
  sizeBytes: number
  /** Whose user namespace is to see it. */
  idRange?: IdRange | undefined
}

/** Where a disk is for a moment: as it is on disk, and as the range's user namespace sees it. */
export interface DiskPlace {
  target: string
  mapped: string
}

/**
 * Writable layers that have a disk of their own, mounted below `run/disks` for the moment in which somebody looks into one or an overlay is
 * made over it: the overlay holds what it needs by itself (it clones the mount of its upper directory), so that with it all of it goes, also
 * when the engine is not there.
 */
export class SnapshotDisks {
  /** Mounts and unmounts of one disk, one after the other. */
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(private readonly directory: string) {}

  /** Rejects as `mountThinDisk`. */
  async use<T>(disk: DiskUse, work: (place: DiskPlace) => Promise<T>): Promise<T> {
    const place = await this.enter(disk)
    try {
      return await work(place)
    } finally {
      await this.leave(disk.id, place)
    }
  }

  /** As `use`, until `leave`. */
  async enter({ id, image, sizeBytes, idRange }: DiskUse): Promise<DiskPlace> {
    const target = join(this.directory, `${id}-${randomBytes(4).toString("hex")}`)
    const place = { target, mapped: idRange === undefined ? target : `${target}-mapped` }
    try {
      await this.inTurn(id, () => mountThinDisk({ image, target, sizeBytes }))
      if (idRange !== undefined) await mountMapped(place, idRange)
      return place
    } catch (error) {
      await this.leave(id, place)
      throw error
    }
  }

  leave(id: string, { target, mapped }: DiskPlace): Promise<void> {
    return this.inTurn(id, async () => {
      if (mapped !== target) await detach(mapped)
      await (await unmountThinDisk({ target })).gone
    })
  }

  /** Takes away what a crash left mounted for a moment. */
  async sweep(): Promise<void> {
    for (const name of await namesIn(this.directory)) await detach(join(this.directory, name))
  }

  private async inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(id) ?? Promise.resolve()
    const turn = before.then(work, work)
    this.turns.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.turns.get(id) === turn) this.turns.delete(id)
    }
  }
}

export const noDiskOfItsOwn =
  "The container's disk has no limit. Make a new container with a size for its disk; what is in this one can be committed to an image."

async function mountMapped({ target, mapped }: DiskPlace, range: IdRange): Promise<void> {
  await mkdir(mapped, { mode: 0o700 })
  // The same map as that of the stores: see IdMappedStores.
  const namespace = await openUserNamespace(range, [{ insideId: hostRootOnDisk, outsideId: 0, count: 1 }])
  try {
    mountIdMapped({ source: target, target: mapped, userNamespaceFd: namespace.fd })
  } finally {
    namespace.close()
  }
}

async function detach(path: string): Promise<void> {
  await (await detachMount(path)).gone
  await rmdir(path).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw error
  })
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return []
    throw error
  }
}
