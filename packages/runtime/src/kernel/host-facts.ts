import { readFileSync } from "node:fs"
import { parseColonTable } from "./process-stat.js"

/** Ticks per second of the times in /proc/PID/stat: USER_HZ is 100 on every architecture Linux still supports. */
export const clockTicksPerSecond = 100

/** Epoch milliseconds of the boot, as the kernel counts it (`btime` of /proc/stat: whole seconds). */
export function readBootedAt(procRoot = "/proc"): number {
  const seconds = /^btime (\d+)$/m.exec(readFileSync(`${procRoot}/stat`, "utf8"))?.[1]
  return Number(seconds ?? 0) * 1000
}

/** Epoch milliseconds at which a process with these start ticks began. */
export function processStartedAt(startTicks: number, bootedAt: number): number {
  return bootedAt + (startTicks * 1000) / clockTicksPerSecond
}

/** Identifies this boot: differs after every reboot. */
export function readBootId(procRoot = "/proc"): string {
  return readFileSync(`${procRoot}/sys/kernel/random/boot_id`, "utf8").trim()
}

/** Bytes by name of /proc/meminfo (`MemTotal`, `MemAvailable`, `SwapTotal`, …). */
export function readMemoryInfo(procRoot = "/proc"): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  for (const [name, value] of parseColonTable(readFileSync(`${procRoot}/meminfo`, "utf8"))) {
    const amount = Number.parseInt(value, 10)
    bytes.set(name, value.endsWith(" kB") ? amount * 1024 : amount)
  }
  return bytes
}
