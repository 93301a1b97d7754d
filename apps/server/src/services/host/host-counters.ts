import { readdir, readFile, statfs } from "node:fs/promises"
import { errnoOf, type Pressure, type PressureLine } from "@plimsoll/runtime"

/** Raw figures of the host from /proc and /sys; counters grow since boot. */
export interface HostCounters {
  at: number
  cores: number
  cpuBusySeconds: number
  loadAverage: [number, number, number]
  memory: { totalBytes: number; availableBytes: number; cachedBytes: number }
  swap: { totalBytes: number; freeBytes: number }
  network: { receivedBytes: number; transmittedBytes: number }
  disk: { readBytes: number; writtenBytes: number }
  space: { totalBytes: number; usedBytes: number }
  pressure: { cpu?: Pressure; memory?: Pressure; io?: Pressure }
}

/** USER_HZ, which /proc counts in on every architecture Node runs on (proc(5)). */
const TICKS_PER_SECOND = 100
/** /proc/diskstats counts sectors of this size whatever the device has (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512

/** Reads them all at once. Rejects when /proc is not there. */
export async function readHostCounters(dataDirectory: string, now: () => number): Promise<HostCounters> {
  const [stat, meminfo, loadavg, dev, diskstats, disks, space, cpu, memory, io] = await Promise.all([
    readFile("/proc/stat", "utf8"),
    readFile("/proc/meminfo", "utf8"),
    readFile("/proc/loadavg", "utf8"),
    readFile("/proc/net/dev", "utf8"),
    readOptional("/proc/diskstats"),
    readPhysicalNames("/sys/block"),
    statfs(dataDirectory),
    readOptional("/proc/pressure/cpu"),
    readOptional("/proc/pressure/memory"),
    readOptional("/proc/pressure/io"),
  ])
  const physicalLinks = await readPhysicalNames("/sys/class/net")
  const cpuPressure = parsePressure(cpu)
  const memoryPressure = parsePressure(memory)
  const ioPressure = parsePressure(io)
  return {
    at: now(),
    ...parseCpu(stat),
    loadAverage: parseLoad(loadavg),
    ...parseMeminfo(meminfo),
    network: parseNetwork(dev, physicalLinks),
    disk: parseDisks(diskstats ?? "", disks),
    space: { totalBytes: space.blocks * space.bsize, usedBytes: (space.blocks - space.bfree) * space.bsize },
    pressure: {
      ...(cpuPressure && { cpu: cpuPressure }),
      ...(memoryPressure && { memory: memoryPressure }),
      ...(ioPressure && { io: ioPressure }),
    },
  }
}

/** Busy is all but idle and waiting for I/O; guest time is within user time already (proc_stat(5)). */
export function parseCpu(stat: string): { cores: number; cpuBusySeconds: number } {
  const fields = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "").split(/ +/).map(Number)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
  return { cores: stat.match(/^cpu\d+ /gm)?.length ?? 1, cpuBusySeconds: (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND }
}

export function parseMeminfo(meminfo: string): Pick<HostCounters, "memory" | "swap"> {
  const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0) * 1024
  return {
    memory: {
      totalBytes: bytes("MemTotal"),
      availableBytes: bytes("MemAvailable"),
      cachedBytes: bytes("Cached") + bytes("Buffers") + bytes("SReclaimable") - bytes("Shmem"),
    },
    swap: { totalBytes: bytes("SwapTotal"), freeBytes: bytes("SwapFree") },
  }
}

function parseLoad(loadavg: string): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = loadavg.split(" ").map(Number)
  return [one, five, fifteen]
}

/** Sum of the links that lead outside: physical ones, or, on a host that has none (itself a container), all that are not loopback, bridge or veth. */
export function parseNetwork(dev: string, physical: Set<string>): HostCounters["network"] {
  const sum = { receivedBytes: 0, transmittedBytes: 0 }
  for (const line of dev.split("\n").slice(2)) {
    const [name, figures] = line.split(":")
    if (name === undefined || figures === undefined) continue
    const link = name.trim()
    if (physical.size > 0 ? !physical.has(link) : /^(?:lo|veth|pl|br-|docker|podman|virbr)/.test(link)) continue
    const fields = figures.trim().split(/ +/).map(Number)
    sum.receivedBytes += fields[0] ?? 0
    sum.transmittedBytes += fields[8] ?? 0
  }
  return sum
}

/** Sum of whole physical disks: partitions, loop devices and device-mapper targets would count twice. */
export function parseDisks(diskstats: string, physical: Set<string>): HostCounters["disk"] {
  const sum = { readBytes: 0, writtenBytes: 0 }
  for (const line of diskstats.split("\n")) {
    const fields = line.trim().split(/ +/)
    if (!physical.has(fields[2] ?? "")) continue
    sum.readBytes += Number(fields[5] ?? 0) * SECTOR_BYTES
    sum.writtenBytes += Number(fields[9] ?? 0) * SECTOR_BYTES
  }
  return sum
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and `full` alike (Documentation/accounting/psi.rst). */
export function parsePressure(text: string | undefined): Pressure | undefined {
  const some = parsePressureLine(text, "some")
  const full = parsePressureLine(text, "full")
  return some && { some, ...(full && { full }) }
}

function parsePressureLine(text: string | undefined, kind: "some" | "full"): PressureLine | undefined {
  const match = new RegExp(`^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)`, "m").exec(text ?? "")
  return match ? { avg10: Number(match[1]), avg60: Number(match[2]), avg300: Number(match[3]), totalMicros: Number(match[4]) } : undefined
}

/** Names of a class of devices that have hardware behind them. */
async function readPhysicalNames(directory: string): Promise<Set<string>> {
  const names = await readdir(directory).catch(absent([]))
  const physical = await Promise.all(
    names.map(async (name) => ((await readdir(`${directory}/${name}/device`).catch(absent(undefined))) ? [name] : [])),
  )
  return new Set(physical.flat())
}

function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(absent(undefined))
}

/** A kernel that does not have it is no error; EOPNOTSUPP is what PSI answers when it is switched off at boot. */
function absent<T>(value: T) {
  return (error: unknown): T => {
    if (["ENOENT", "ENOTDIR", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) return value
    throw error
  }
}
