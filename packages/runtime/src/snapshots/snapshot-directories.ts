import { randomBytes } from "node:crypto"
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { writeFileAtomic } from "../kernel/write-file-atomic.js"
import { removeTree } from "./remove-tree.js"
import type { Snapshotter } from "./snapshotter.js"

/** What a snapshot was made from. */
export interface SnapshotRecord {
  /** From bottom to top. */
  diffIds: string[]
  /** Who made it: the other kind would show it without what was written. */
  kind: Snapshotter["kind"]
  /** It is in a thin disk of this promised size, `disk.img`. */
  disk?: { sizeBytes: number }
}

/**
 * The directories of snapshots: `<id>/snapshot.json` beside what the snapshotter keeps there. Made under a temporary
 * name and renamed when complete; removed by renaming first. A power cut leaves whole ones or none.
 */
export class SnapshotDirectories {
  constructor(
    readonly directory: string,
    private readonly kind: Snapshotter["kind"],
  ) {}

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
  }

  pathOf(id: string): string {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}$/.test(id)) throw new EngineError("invalid_argument", { facts: { snapshot: id.slice(0, 200) } })
    return join(this.directory, id)
  }

  /** Undefined: there is none. */
  async find(id: string): Promise<SnapshotRecord | undefined> {
    try {
      return JSON.parse(await readFile(join(this.pathOf(id), recordName), "utf8")) as SnapshotRecord
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined
      throw new EngineError("state_corrupt", {
        facts: { snapshot: id },
        cause: error,
        publicMessage: "The container's writable layer has no readable record; only removing the container works.",
      })
    }
  }

  /** Rejects with `not_found`, or `kernel_feature_missing` when it was made by the other kind of snapshotter. */
  async get(id: string): Promise<SnapshotRecord> {
    const record = await this.find(id)
    if (record === undefined)
      throw new EngineError("not_found", { facts: { snapshot: id }, publicMessage: "The container's writable layer is gone." })
    if (record.kind !== this.kind) throw otherKind(id, record)
    return record
  }

  /** `fill` makes the content in the directory it is given. Made already from the same layers: no effect; from others: `conflict`. */
  async create(made: Omit<SnapshotRecord, "kind"> & { id: string }, fill: (directory: string) => Promise<void>): Promise<void> {
    const { id, ...rest } = made
    const target = this.pathOf(id)
    const record: SnapshotRecord = { ...rest, kind: this.kind }
    const existing = await this.find(id)
    if (existing !== undefined) return assertSame(id, existing, record)
    const temporary = join(this.directory, `${temporaryPrefix}${randomBytes(8).toString("hex")}`)
    try {
      await mkdir(temporary, { mode: 0o700 })
      // No rename of its own: the directory's makes it whole.
      await Promise.all([
        fill(temporary),
        writeFile(join(temporary, recordName), `${JSON.stringify(record)}\n`, { flush: true, mode: 0o600 }),
      ])
      await rename(temporary, target)
    } catch (error) {
      await removeTree(temporary)
      const existed = errnoOf(error) === "ENOTEMPTY" || errnoOf(error) === "EEXIST"
      if (existed) return assertSame(id, await this.get(id), record)
      throw toEngineError(error, "internal", { op: "prepare snapshot", snapshot: id })
    }
  }

  /** Replaces the record of one that is there. */
  save(id: string, record: SnapshotRecord): Promise<void> {
    return writeFileAtomic(join(this.pathOf(id), recordName), `${JSON.stringify(record)}\n`)
  }

  async remove(id: string): Promise<void> {
    const doomed = join(this.directory, `${temporaryPrefix}${randomBytes(8).toString("hex")}`)
    try {
      await rename(this.pathOf(id), doomed)
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return
      throw error
    }
    await removeTree(doomed)
  }

  async list(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => !name.startsWith(temporaryPrefix))
  }

  /** Removes half-made and half-removed ones. Only before anything else uses the directory. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.directory)) if (name.startsWith(temporaryPrefix)) await removeTree(join(this.directory, name))
  }
}

const temporaryPrefix = ".tmp-"
const recordName = "snapshot.json"

function otherKind(id: string, record: SnapshotRecord): EngineError {
  return new EngineError("kernel_feature_missing", {
    facts: { snapshot: id, madeBy: record.kind },
    publicMessage:
      record.kind === "overlay"
        ? "The container's files were written through overlayfs, which does not work on this host now. See the host's abilities for the remedy."
        : "The container's files were copied because overlayfs did not work on this host; now new containers use it. Make this container anew.",
  })
}

function assertSame(id: string, existing: SnapshotRecord, wanted: SnapshotRecord): void {
  if (existing.kind === wanted.kind && existing.diffIds.join() === wanted.diffIds.join()) return
  throw new EngineError("conflict", {
    facts: { snapshot: id },
    publicMessage: "A writable layer of this name exists, made from another image.",
  })
}
