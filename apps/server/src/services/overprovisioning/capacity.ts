import { readFile, statfs } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { errnoOf, type InstanceMemory } from "@plimsoll/runtime"
import { type LineRemark, loadLineResources, type ResourceName } from "../../contract/overprovisioning.js"
import { resourceNouns } from "./amounts.js"
import type { DiskProbe } from "./disk-probe.js"

/** What the machine has of each resource, in its unit; `null`: it could not be read. */
export type Capacity = Record<ResourceName, number | null>

export interface CapacityReading {
  capacity: Capacity
  /** What others than we take of the file system's used bytes is theirs; `null`: not known. */
  fileSystemUsedBytes: number | null
  /** Why that file system takes no writes, in words; `null`: it takes them. */
  diskFault: string | null
}

/** Of each resource of which nothing more can be sold, whatever its line says, why: the beginning of a sentence, and in figures. */
export type CapacityFaults = { [K in ResourceName]?: { why: string; facts: Extract<LineRemark, { code: "unreadable" | "disk-fails" }> } }

/**
 * What this machine has: of memory, CPUs and processes what the kernel has, or what the control group gives that all we see lies in (this machine may be
 * a container itself) where that is less; of memory at most `ownMemory`, what all containers together may take; of disk the file system of the data directory. What cannot
 * be read is `null`, never a guess. `probe`: whether that file system takes writes.
 */
export async function readCapacity(
  {
    dataDirectory,
    probe,
    ownMemory,
  }: { dataDirectory: string; probe: DiskProbe; ownMemory: () => Pick<InstanceMemory, "limitBytes"> | null },
  report: (error: unknown, doing: string) => void,
): Promise<CapacityReading> {
  const read = async <T>(resource: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      report(error, `read how much ${resource} this machine has`)
      return null
    }
  }
  const [memory, cpu, space, pids, diskFault] = await Promise.all([
    read("memory", async () => readMemoryBytes(ownMemory()?.limitBytes)),
    read("CPU", readCores),
    read("disk", () => statfs(dataDirectory)),
    read("processes", readPids),
    probe(),
  ])
  return {
    // What cannot be written is nothing that can be sold.
    capacity: { memory, cpu, disk: diskFault === null ? space && positive(space.blocks * space.bsize) : null, pids },
    fileSystemUsedBytes: space && (space.blocks - space.bfree) * space.bsize,
    diskFault,
  }
}

async function readMemoryBytes(ownMemoryBytes = Number.POSITIVE_INFINITY): Promise<number | null> {
  const meminfo = await readFile("/proc/meminfo", "utf8")
  const total = Number(/^MemTotal: +(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024
  const group = await leastOf(["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"])
  return positive(Math.min(total, group, ownMemoryBytes))
}

async function readCores(): Promise<number | null> {
  const stat = await readFile("/proc/stat", "utf8")
  const online = stat.match(/^cpu\d+ /gm)?.length ?? 0
  const [quota, period] = ((await readOptional("/sys/fs/cgroup/cpu.max")) ?? "max").trim().split(" ").map(Number)
  const group = quota !== undefined && period !== undefined && quota > 0 ? quota / period : Number.POSITIVE_INFINITY
  return positive(Math.min(online, group, availableParallelism()))
}

/** Every thread takes a number, and counts as a thread (proc(5), `pid_max` and `threads-max`). */
async function readPids(): Promise<number | null> {
  const [numbers, threads] = await Promise.all([
    readFile("/proc/sys/kernel/pid_max", "utf8"),
    readFile("/proc/sys/kernel/threads-max", "utf8"),
  ])
  const group = await leastOf(["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"])
  return positive(Math.min(Number(numbers), Number(threads), group))
}

/** The root of a whole machine has no such files (v2) or no limit (v1: a number beyond all memory). */
async function leastOf(paths: readonly string[]): Promise<number> {
  const values = await Promise.all(paths.map(readOptional))
  return Math.min(...values.map((value) => (value === undefined || value.trim() === "max" ? Number.POSITIVE_INFINITY : Number(value))))
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) return undefined
    throw error
  }
}

function positive(amount: number): number | null {
  return Number.isFinite(amount) && amount > 0 ? amount : null
}

/** What of the machine is not known, or fails. */
export function faultsOf({ capacity, diskFault }: Pick<CapacityReading, "capacity" | "diskFault">): CapacityFaults {
  const faults: CapacityFaults = {}
  for (const resource of loadLineResources)
    if (capacity[resource] === null)
      faults[resource] =
        resource === "disk" && diskFault !== null
          ? { why: `The disk that holds the engine's data takes no writes (${diskFault})`, facts: { code: "disk-fails", why: diskFault } }
          : {
              why: `How much ${resourceNouns[resource]} this machine has could not be read (the server's log says why)`,
              facts: { code: "unreadable", resource },
            }
  return faults
}
