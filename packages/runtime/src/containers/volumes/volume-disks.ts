import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import { readMounts } from "../../kernel/mount-table.js"
import { mountThinDisk, type ThinDisk, unmountThinDisk } from "../../snapshots/thin-disk.js"
import type { EngineContext } from "../engine-context.js"

/**
 * Disks of volumes, each mounted while it has holders. Operations on one volume are to be called one after the other, and the next one only
 * when a disk that was let go is `gone`.
 */
export class VolumeDisks {
  readonly #paths: Pick<EngineContext["paths"], "volumes" | "volumeMounts">
  readonly #holders = new Map<string, Set<string>>()

  constructor({ paths }: Pick<EngineContext, "paths">) {
    this.#paths = paths
  }

  of(name: string, sizeBytes: number): ThinDisk {
    return { image: join(this.#paths.volumes, name, diskFile), target: this.target(name), sizeBytes }
  }

  target(name: string): string {
    return join(this.#paths.volumeMounts, name)
  }

  /** Mounts it for its first holder, with an empty directory for files when it is new. Rejects as `mountThinDisk`. */
  async hold(name: string, sizeBytes: number, holder: string): Promise<void> {
    const disk = this.of(name, sizeBytes)
    await mountThinDisk(disk)
    this.adopt(name, holder)
    try {
      await mkdir(join(disk.target, "_data"), { mode: 0o755 }).catch(ignoreThere)
    } catch (error) {
      await this.letGo(name, holder)
      throw error
    }
  }

  /** It is mounted already: the holder was there before the daemon. */
  adopt(name: string, holder: string): void {
    this.#holders.set(name, (this.#holders.get(name) ?? new Set()).add(holder))
  }

  isHeld(name: string): boolean {
    return this.#holders.has(name)
  }

  /** Volumes that this one holds. */
  heldBy(holder: string): string[] {
    return [...this.#holders].flatMap(([name, holders]) => (holders.has(holder) ? [name] : []))
  }

  /** The last holder's end takes it out of use; `gone` as in `unmountThinDisk`. */
  async letGo(name: string, holder: string): Promise<{ gone: Promise<void> }> {
    const holders = this.#holders.get(name)
    if (holders?.delete(holder) !== true || holders.size > 0) return { gone: Promise.resolve() }
    return this.takeOut(name)
  }

  /** Takes it out of use, whoever holds it. */
  takeOut(name: string): Promise<{ gone: Promise<void> }> {
    this.#holders.delete(name)
    return unmountThinDisk({ target: this.target(name) })
  }

  /** Names of what is mounted and nobody holds: a daemon died between the two. */
  unheld(): string[] {
    const prefix = join(this.#paths.volumeMounts, "/")
    const mounted = readMounts().flatMap(({ target }) => (target.startsWith(prefix) ? [target.slice(prefix.length)] : []))
    return mounted.filter((name) => !this.isHeld(name))
  }
}

/** Of a volume's directory. */
export const diskFile = "disk.img"

function ignoreThere(error: unknown): void {
  if (errnoOf(error) !== "EEXIST") throw error
}
