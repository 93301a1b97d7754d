import { readFile } from "node:fs/promises"
import { errnoOf, type InstanceMemory } from "@plimsoll/runtime"
import { parseMeminfo, parsePressure } from "../host/host-counters.js"
import { usedShareOf } from "./decide-rung.js"
import type { HostReading } from "./host-reading.js"

/**
 * Reads this machine. `allocatableOf`: what of its memory may be given to containers; `own`: what these may take together where that is limited. Rejects when /proc is not there.
 */
export async function readHost(allocatableOf: (totalBytes: number) => number, own: InstanceMemory | null = null): Promise<HostReading> {
  const [meminfo, vmstat, memory, cpu] = await Promise.all([
    readFile("/proc/meminfo", "utf8"),
    readOptional("/proc/vmstat"),
    readOptional("/proc/pressure/memory"),
    readOptional("/proc/pressure/cpu"),
  ])
  return withinOwn(toHostReading({ meminfo, vmstat, memory, cpu }, allocatableOf), allocatableOf, own)
}

/** The files' texts as figures; `undefined`: the kernel has no such file. */
export function toHostReading(
  texts: { meminfo: string; vmstat: string | undefined; memory: string | undefined; cpu: string | undefined },
  allocatableOf: (totalBytes: number) => number,
): HostReading {
  const { memory, swap } = parseMeminfo(texts.meminfo)
  const pressure = parsePressure(texts.memory)
  const searches = parseSearches(texts.vmstat)
  return {
    usedBytes: memory.totalBytes - memory.availableBytes,
    allocatableBytes: allocatableOf(memory.totalBytes),
    pressure: pressure === undefined ? null : { someAvg60: pressure.some.avg60, fullAvg10: pressure.full?.avg10 ?? 0 },
    cpuSomeAvg10: parsePressure(texts.cpu)?.some.avg10 ?? null,
    swapFreeBytes: swap.freeBytes,
    ...(searches && { searches }),
  }
}

/** Pages looked at for the machine as a whole: reclaim within a control group's limit is not counted here (mm/vmscan.c, `cgroup_reclaim`). */
function parseSearches(vmstat = ""): HostReading["searches"] {
  const of = (name: string) => new RegExp(`^${name} (\\d+)$`, "m").exec(vmstat)?.[1]
  const [background, direct] = [of("pgscan_kswapd"), of("pgscan_direct")]
  return background === undefined || direct === undefined ? undefined : { all: Number(background) + Number(direct), direct: Number(direct) }
}

/** Of the machine and the part of it that containers may take, the one that is nearer to its end. */
export function withinOwn(machine: HostReading, allocatableOf: (totalBytes: number) => number, own: InstanceMemory | null): HostReading {
  if (own === null) return machine
  const { limitBytes, usedBytes, pressure, limitHits } = own
  const { searches, ...ofMachine } = machine
  const part: HostReading = {
    ...ofMachine,
    usedBytes,
    allocatableBytes: allocatableOf(limitBytes),
    ...(pressure && { pressure: { someAvg60: pressure.some.avg60, fullAvg10: pressure.full?.avg10 ?? 0 } }),
    ...(searches !== undefined &&
      limitHits !== undefined && { searches: { all: searches.all + limitHits, direct: searches.direct + limitHits } }),
  }
  return usedShareOf(part) > usedShareOf(machine) ? part : machine
}

/** EOPNOTSUPP is what PSI answers when it is switched off at boot. */
function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (["ENOENT", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) return undefined
    throw error
  })
}
