import { closeSync } from "node:fs"
import { lchown, lstat, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises"
import { join } from "node:path"
import type { DiskCompaction, VolumeSummary } from "../../engine.js"
import { EngineError, errnoOf } from "../../errors.js"
import { compactThinDisk, growThinDisk, makeThinDisk, measureThinDisk, type ThinDisk } from "../../snapshots/thin-disk.js"
import type { IdRange } from "../../spec/id-range.js"
import { checkDiskSize, refuseWithoutThinDisks } from "../disk-size.js"
import type { EngineContext, VolumeStore } from "../engine-context.js"
import { KeyedQueue } from "../keyed-queue.js"
import { copyTree } from "./copy-tree.js"
import { diskUsage } from "./disk-usage.js"
import { openImageDirectory } from "./open-image-directory.js"
import { diskFile, VolumeDisks } from "./volume-disks.js"
import { createVolumeDirectory, loadVolumeRecords, removeVolumeDirectory, saveVolumeRecord, type VolumeRecord } from "./volume-record.js"
import { assertSize, tooSmall } from "./volume-size.js"

type Dependencies = Pick<EngineContext, "paths" | "clock" | "ids" | "containers" | "events" | "thinDisks">

/** Opens the volumes of `root/volumes`. Rejects with `state_corrupt` when a record cannot be read. */
export async function createVolumeStore(dependencies: Dependencies): Promise<VolumeStore> {
  const { records, halfMade } = await loadVolumeRecords(dependencies.paths.volumes)
  return new DiskVolumeStore(dependencies, new Map(records.map((record) => [record.name, record])), halfMade)
}

class DiskVolumeStore implements VolumeStore {
  readonly #dependencies: Dependencies
  readonly #records: Map<string, VolumeRecord>
  readonly #halfMade: string[]
  readonly #disks: VolumeDisks
  readonly #queue = new KeyedQueue()

  constructor(dependencies: Dependencies, records: Map<string, VolumeRecord>, halfMade: string[]) {
    this.#dependencies = dependencies
    this.#disks = new VolumeDisks(dependencies)
    this.#records = records
    this.#halfMade = halfMade
  }

  async list(options: { tenant?: string } = {}): Promise<VolumeSummary[]> {
    const records = [...this.#records.values()].filter(({ tenant }) => options.tenant === undefined || tenant === options.tenant)
    return Promise.all(records.map((record) => this.#summary(record)))
  }

  async inspect(name: string): Promise<VolumeSummary> {
    const record = this.#find(name)
    const summary = await this.#summary(record)
    return record.disk !== undefined ? summary : { ...summary, usedBytes: await diskUsage(this.#data(record)) }
  }

  async create(options: Parameters<VolumeStore["create"]>[0]): Promise<VolumeSummary> {
    const { name, tenant = "operator", labels = {} } = options
    checkVolumeName(name)
    const sizeBytes = options.sizeBytes === undefined ? undefined : checkDiskSize("sizeBytes", options.sizeBytes)
    return this.#queue.run(name, async () => {
      const existing = this.#records.get(name)
      if (existing !== undefined && existing.tenant !== tenant)
        throw new EngineError("name_in_use", {
          facts: { volume: name },
          publicMessage: `The volume name ${name} is taken. Choose another.`,
        })
      const record =
        existing ??
        (await this.#make({ version: 1, name, tenant, labels, createdAt: this.#dependencies.clock.now(), used: false }, sizeBytes))
      const summary = await this.#summary(record)
      if (sizeBytes !== undefined) assertSize(summary, sizeBytes)
      return summary
    })
  }

  async ensure(options: Parameters<VolumeStore["ensure"]>[0]): Promise<VolumeSummary> {
    const { name, tenant, anonymousFor, holder } = options
    checkVolumeName(name)
    return this.#queue.run(name, async () => {
      const existing = this.#records.get(name)
      if (existing !== undefined && existing.tenant !== tenant)
        throw new EngineError("conflict", {
          facts: { volume: name, tenant },
          publicMessage: `The volume ${name} belongs to another tenant. Choose another name.`,
        })
      const record =
        existing ??
        (await this.#make(
          {
            version: 1,
            name,
            tenant,
            labels: {},
            createdAt: this.#dependencies.clock.now(),
            used: false,
            ...(anonymousFor === undefined ? {} : { anonymousFor }),
          },
          options.sizeBytes,
        ))
      if (record.disk !== undefined && holder !== undefined) await this.#disks.hold(name, record.disk.sizeBytes, holder)
      if (record.disk === undefined || this.#disks.isHeld(name)) await this.#own(record, options.idRange)
      return this.#summary(record)
    })
  }

  async resize(name: string, asked: number): Promise<VolumeSummary> {
    const sizeBytes = checkDiskSize("sizeBytes", asked)
    return this.#onDisk(name, async (record, disk) => {
      if (sizeBytes < disk.sizeBytes)
        throw new EngineError("invalid_argument", {
          facts: { field: "sizeBytes", volume: name, sizeBytes, present: disk.sizeBytes },
          publicMessage: `The volume ${name} has ${disk.sizeBytes} bytes and cannot become smaller. Give more than that, or make a new volume of the size that you want, copy what is in this one, and remove it.`,
        })
      await growThinDisk({ ...disk, sizeBytes })
      const grown = { ...record, disk: { sizeBytes } }
      await this.#save(grown)
      if (sizeBytes > disk.sizeBytes) await this.#emit(record, "resize", { sizeBytes, previousBytes: disk.sizeBytes })
      return this.#summary(grown)
    })
  }

  compact(name: string): Promise<DiskCompaction> {
    return this.#onDisk(name, async (record, disk) => {
      const done = await compactThinDisk(disk)
      await this.#emit(record, "compact", { ...done, bytes: Math.max(0, done.beforeBytes - done.afterBytes) })
      return done
    })
  }

  has(name: string): boolean {
    return this.#records.has(name)
  }

  hostPath(name: string): string {
    return this.#data(this.#find(name))
  }

  populate(options: { name: string; rootfs: string; target: string }): Promise<void> {
    return this.#queue.run(options.name, async () => {
      const record = this.#find(options.name)
      if (record.used) return
      if ((await readdir(this.#data(record))).length === 0) await this.#fill(record, options)
      await this.#save({ ...record, used: true })
    })
  }

  async use(name: string): Promise<{ path: string; release(): Promise<void> }> {
    const holder = this.#dependencies.ids.next()
    return this.#queue.run(name, async () => {
      const record = this.#find(name)
      if (record.disk !== undefined) await this.#disks.hold(name, record.disk.sizeBytes, holder)
      return { path: this.#data(record), release: () => this.release(holder) }
    })
  }

  adopt(holder: string, names: readonly string[]): void {
    for (const name of names) if (this.#records.get(name)?.disk !== undefined) this.#disks.adopt(name, holder)
  }

  async release(holder: string): Promise<void> {
    await Promise.all(this.#disks.heldBy(holder).map((name) => this.#takingOut(name, () => this.#disks.letGo(name, holder))))
  }

  remove(name: string, options: { force?: boolean } = {}): Promise<void> {
    return this.#queue.run(name, async () => {
      const record = this.#records.get(name)
      if (record === undefined && options.force === true) return
      await this.#remove(this.#find(name))
    })
  }

  async removeAnonymous(containerId: string): Promise<void> {
    for (const record of this.#anonymous((owner) => owner === containerId)) await this.#queue.run(record.name, () => this.#remove(record))
  }

  async disown(containerId: string): Promise<void> {
    for (const { name } of this.#anonymous((owner) => owner === containerId)) {
      await this.#queue.run(name, async () => {
        const { anonymousFor: _released, ...record } = this.#find(name)
        await this.#save(record)
      })
    }
  }

  async sweep(knownContainers: ReadonlySet<string>): Promise<void> {
    for (const path of this.#halfMade.splice(0)) await rm(path, { recursive: true, force: true })
    for (const record of this.#records.values()) await rm(this.#filling(record), { recursive: true, force: true })
    for (const record of this.#anonymous((owner) => !knownContainers.has(owner)))
      await this.#queue.run(record.name, () => this.#remove(record))
    for (const name of this.#disks.unheld()) await this.#takingOut(name, () => this.#disks.takeOut(name))
  }

  /** For a volume that has a disk, in its queue, while it is in use, be it for this alone. */
  #onDisk<T>(name: string, work: (record: VolumeRecord, disk: ThinDisk) => Promise<T>): Promise<T> {
    return this.#queue.run(name, async () => {
      const record = this.#find(name)
      if (record.disk === undefined)
        throw new EngineError("conflict", {
          facts: { volume: name },
          publicMessage: `The volume ${name} has no limit and no disk of its own. Make a new volume with a size, and copy what is in this one.`,
        })
      const holder = this.#dependencies.ids.next()
      try {
        await this.#disks.hold(name, record.disk.sizeBytes, holder)
        return await work(record, this.#disks.of(name, record.disk.sizeBytes))
      } finally {
        await (await this.#disks.letGo(name, holder)).gone
      }
    })
  }

  // Who lets go need not wait until all is written; who comes next must.
  #takingOut(name: string, takeOut: () => Promise<{ gone: Promise<void> }>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue
        .run(name, async () => {
          const { gone } = await takeOut()
          resolve()
          await gone
        })
        .catch(reject)
    })
  }

  #anonymous(matches: (containerId: string) => boolean): VolumeRecord[] {
    return [...this.#records.values()].filter((record) => record.anonymousFor !== undefined && matches(record.anonymousFor))
  }

  async #make(bare: VolumeRecord, sizeBytes?: number): Promise<VolumeRecord> {
    if (sizeBytes !== undefined) refuseWithoutThinDisks("sizeBytes", this.#dependencies.thinDisks)
    const record: VolumeRecord = sizeBytes === undefined ? bare : { ...bare, disk: { sizeBytes } }
    await createVolumeDirectory(this.#dependencies.paths.volumes, record, (directory) =>
      sizeBytes === undefined
        ? mkdir(join(directory, "_data"), { mode: 0o755 })
        : makeThinDisk({ image: join(directory, diskFile), sizeBytes }),
    )
    this.#records.set(record.name, record)
    await this.#emit(record, "create", sizeBytes === undefined ? {} : { sizeBytes })
    return record
  }

  async #remove(record: VolumeRecord): Promise<void> {
    const usedBy = this.#dependencies.containers.usingVolume(record.name)
    if (usedBy.length > 0) {
      throw new EngineError("volume_in_use", {
        facts: { volume: record.name, usedBy },
        publicMessage: `The volume ${record.name} is used by ${usedBy.length === 1 ? `container ${usedBy[0]?.slice(0, 12)}` : `${usedBy.length} containers`}. Remove ${usedBy.length === 1 ? "it" : "them"} first.`,
      })
    }
    this.#records.delete(record.name)
    try {
      if (record.disk !== undefined) await (await this.#disks.takeOut(record.name)).gone
      await removeVolumeDirectory(this.#dependencies.paths.volumes, record.name)
    } catch (error) {
      const halfRemoved = join(this.#dependencies.paths.volumes, `.removing-${record.name}`)
      if (await exists(halfRemoved)) this.#halfMade.push(halfRemoved)
      else this.#records.set(record.name, record)
      throw error
    }
    await this.#emit(record, "remove")
    this.#dependencies.events.forget(record.name)
  }

  // The owner is decided by the first user, and again as long as nothing is in it.
  async #own(record: VolumeRecord, idRange: IdRange | undefined): Promise<void> {
    const owner = { uid: idRange?.uidBase ?? 0, gid: idRange?.gidBase ?? 0 }
    if (record.owner?.uid === owner.uid && record.owner.gid === owner.gid) return
    const data = this.#data(record)
    if (record.owner !== undefined && (record.used || (await readdir(data)).length > 0)) return
    await lchown(data, owner.uid, owner.gid)
    await this.#save({ ...record, owner })
  }

  // Filled beside, then put in place: a crash in between leaves an empty volume that the next start fills.
  async #fill(record: VolumeRecord, options: { rootfs: string; target: string }): Promise<void> {
    const source = openImageDirectory(options.rootfs, options.target)
    if (source === undefined) return
    try {
      const filling = this.#filling(record)
      await rm(filling, { recursive: true, force: true })
      await mkdir(filling)
      await copyTree(`/proc/self/fd/${source}/.`, filling)
      await rmdir(this.#data(record))
      await rename(filling, this.#data(record))
    } catch (error) {
      throw errnoOf(error) === "ENOSPC" && record.disk !== undefined ? tooSmall(record, options.target, error) : error
    } finally {
      closeSync(source)
    }
  }

  async #save(record: VolumeRecord): Promise<void> {
    await saveVolumeRecord(this.#dependencies.paths.volumes, record)
    this.#records.set(record.name, record)
  }

  #emit(record: VolumeRecord, action: "create" | "remove" | "resize" | "compact", figures: Record<string, number> = {}): Promise<unknown> {
    return this.#dependencies.events.emit({
      kind: "volume",
      action,
      id: record.name,
      name: record.name,
      tenant: record.tenant,
      attributes: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
    })
  }

  #find(name: string): VolumeRecord {
    const record = this.#records.get(name)
    if (record === undefined)
      throw new EngineError("not_found", {
        facts: { volume: name },
        publicMessage: `There is no volume ${JSON.stringify(name.slice(0, 128))}.`,
      })
    return record
  }

  async #summary(record: VolumeRecord): Promise<VolumeSummary> {
    const { name, tenant, createdAt, labels } = record
    const disk = record.disk === undefined ? undefined : this.#disks.of(name, record.disk.sizeBytes)
    const figures = disk === undefined ? undefined : await measureThinDisk(disk)
    return {
      name,
      tenant,
      createdAt,
      labels,
      hostPath: this.#data(record),
      limit:
        disk === undefined ? { kind: "none" } : { kind: "disk", sizeBytes: disk.sizeBytes, allocatedBytes: figures?.allocatedBytes ?? 0 },
      usedBytes: figures?.usedBytes ?? unmeasured,
      usedBy: this.#dependencies.containers.usingVolume(name),
    }
  }

  #data(record: VolumeRecord): string {
    return join(this.#filesDirectory(record), "_data")
  }

  #filling(record: VolumeRecord): string {
    return join(this.#filesDirectory(record), "_filling")
  }

  #filesDirectory({ name, disk }: VolumeRecord): string {
    return disk !== undefined ? this.#disks.target(name) : join(this.#dependencies.paths.volumes, name)
  }
}

/** Rejects (`invalid_argument`) names that are not 1–128 of `[a-zA-Z0-9_.-]`, beginning with a letter or digit. */
export function checkVolumeName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name)) return
  throw new EngineError("invalid_argument", {
    facts: { volume: name.slice(0, 200) },
    publicMessage: "A volume's name has 1–128 letters, digits, underscores, dots and dashes, and begins with a letter or digit.",
  })
}

const unmeasured = -1

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false
    throw error
  }
}
