import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../errors.js"

/** A whole disk as the kernel knows it. */
export interface BlockDisk {
  name: string
  /** `major:minor`. */
  device: string
  /** The active I/O scheduler, for example `mq-deadline`. */
  scheduler: string | undefined
  sizeSectors: number
}

/** Disks with a size (loop and RAM disks too when in use). Empty where /sys is not mounted. */
export function readDisks(sysRoot = "/sys"): BlockDisk[] {
  const directory = join(sysRoot, "block")
  return names(directory)
    .map((name) => ({
      name,
      device: read(join(directory, name, "dev")) ?? "",
      scheduler: /\[([^\]]+)\]/.exec(read(join(directory, name, "queue/scheduler")) ?? "")?.[1],
      sizeSectors: Number(read(join(directory, name, "size")) ?? 0),
    }))
    .filter((disk) => disk.sizeSectors > 0 && disk.device !== "")
}

/** systemd's mapping of an I/O weight 1–10000 to BFQ's 1–1000; both have 100 as the default. */
export function bfqWeight(weight: number): number {
  return weight <= 100 ? weight : Math.round(100 + ((weight - 100) * 900) / 9900)
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return []
    throw error
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim()
  } catch (error) {
    // A disk may be pulled while we look.
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV" || errnoOf(error) === "ENXIO") return undefined
    throw error
  }
}
