import { readdir, readFile } from "node:fs/promises"
import { errnoOf } from "@plimsoll/runtime"
import type { MemoryMakeup } from "../../contract/overprovisioning.js"

/** What the machine's memory is made of (proc(5), Documentation/admin-guide/blockdev/zram.rst, mm/zswap.rst). Rejects when /proc cannot be read. */
export async function readMemoryMakeup(): Promise<MemoryMakeup> {
  const [meminfo, zram] = await Promise.all([readFile("/proc/meminfo", "utf8"), readZram()])
  return { ...parseMakeup(meminfo), zram }
}

export function parseMakeup(meminfo: string): Omit<MemoryMakeup, "zram"> {
  const optional = (name: string) => {
    const kilobytes = new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  }
  const bytes = (name: string) => optional(name) ?? 0
  const shmemBytes = bytes("Shmem")
  // Zswap: what the pool takes; Zswapped: what it holds (both since Linux 5.19).
  const [takenBytes, storedBytes] = [optional("Zswap"), optional("Zswapped")]
  return {
    anonBytes: bytes("AnonPages"),
    shmemBytes,
    kernelBytes: bytes("SUnreclaim") + bytes("KernelStack") + bytes("PageTables") + bytes("Percpu"),
    cachedBytes: Math.max(0, bytes("Cached") + bytes("Buffers") + bytes("SReclaimable") - shmemBytes),
    freeBytes: bytes("MemFree"),
    swap: { totalBytes: bytes("SwapTotal"), usedBytes: bytes("SwapTotal") - bytes("SwapFree") },
    zswap: takenBytes === undefined || storedBytes === undefined ? null : { takenBytes, storedBytes },
  }
}

/** Devices that are set up; `null`: there are none. */
async function readZram(): Promise<MemoryMakeup["zram"]> {
  const names = (await absentAs(readdir("/sys/block"), [])).filter((name) => name.startsWith("zram"))
  const stats = await Promise.all(names.map((name) => absentAs(readFile(`/sys/block/${name}/mm_stat`, "utf8"), "")))
  const sizes = await Promise.all(names.map((name) => absentAs(readFile(`/sys/block/${name}/disksize`, "utf8"), "0")))
  const set = stats.filter((_, index) => Number(sizes[index]) > 0).map(parseZramStat)
  if (set.length === 0) return null
  const sum = (pick: (stat: (typeof set)[number]) => number) => set.reduce((total, stat) => total + pick(stat), 0)
  return { devices: set.length, storedBytes: sum(({ storedBytes }) => storedBytes), takenBytes: sum(({ takenBytes }) => takenBytes) }
}

/** `orig_data_size compr_data_size mem_used_total …` */
export function parseZramStat(stat: string): { storedBytes: number; takenBytes: number } {
  const [storedBytes = 0, , takenBytes = 0] = stat.trim().split(/\s+/).map(Number)
  return { storedBytes, takenBytes }
}

async function absentAs<T>(work: Promise<T>, value: T): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) return value
    throw error
  }
}
