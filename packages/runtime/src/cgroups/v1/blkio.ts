import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { errnoOf } from "../../errors.js"
import { readControlFile, writeControlFile } from "../../kernel/control-file.js"
import type { BlockDeviceLimit } from "../../spec/limits.js"
import { bfqWeight, readDisks } from "../block-devices.js"
import type { Controller, ControlWrite, Enforceability, EnforceabilityTable, LimitChange, StatReader } from "../controller.js"
import type { Hierarchy } from "../hierarchy.js"
import type { Signs } from "../signs.js"
import { closeAll, StatFile } from "../stat-file.js"
import { sumAfter } from "../sum-after.js"
import { recallWanted } from "../wanted-value.js"

/**
 * blkio on cgroup v1 (Documentation/admin-guide/cgroup-v1/blkio-controller.rst). Its throttling knows no hierarchy: what a tenant's group has does
 * nothing for the containers below. So each container's group gets the tenant's rates too, or its own where they are lower: no container is faster
 * than its tenant may be, but several together are. What a group was asked for itself is kept with it.
 */
export function blkioV1(hierarchy: Hierarchy): Controller {
  return {
    name: "blkio",
    hierarchy,
    enforceability,
    initialise,
    plan,
    openStats: (group, signs) => openStats(hierarchy.mount, group, signs),
  }
}

const throttleFiles = {
  readBytesPerSecond: "blkio.throttle.read_bps_device",
  writeBytesPerSecond: "blkio.throttle.write_bps_device",
  readOperationsPerSecond: "blkio.throttle.read_iops_device",
  writeOperationsPerSecond: "blkio.throttle.write_iops_device",
} as const
const rates = Object.keys(throttleFiles) as (keyof typeof throttleFiles)[]
const weightFiles = { bfq: "blkio.bfq.weight", cfq: "blkio.weight" }

function enforceability(sample: string | undefined): EnforceabilityTable {
  const throttles = sample === undefined || existsSync(join(sample, throttleFiles.readBytesPerSecond))
  return {
    ioDevices: throttles
      ? {
          enforceable: true,
          reason: "cgroup v1 holds back reads and direct writes; writes through the page cache are not charged to the container.",
        }
      : { enforceable: false, reason: "The kernel has no block throttling (CONFIG_BLK_DEV_THROTTLING)." },
    ioWeight: weightEnforceability(sample),
  }
}

function weightEnforceability(sample: string | undefined): Enforceability {
  if (sample !== undefined && existsSync(join(sample, weightFiles.cfq))) return { enforceable: true }
  const disks = readDisks()
  const hasFile = sample === undefined || existsSync(join(sample, weightFiles.bfq))
  if (hasFile && disks.some((disk) => disk.scheduler === "bfq")) return { enforceable: true }
  const disk = disks.find((candidate) => candidate.scheduler !== undefined)?.name ?? "DISK"
  return {
    enforceable: false,
    reason: "No disk uses the bfq scheduler, which alone knows weights on cgroup v1.",
    remedy: `echo bfq > /sys/block/${disk}/queue/scheduler`,
  }
}

/** What the group above has holds for a new one. */
function initialise(group: string): void {
  const devices = readDevices(dirname(group))
  for (const rate of rates)
    for (const limit of devices)
      if (limit[rate] !== undefined) writeControlFile(join(group, throttleFiles[rate]), `${limit.device} ${limit[rate]}`)
}

function plan(group: string, { ioDevices, ioWeight }: LimitChange, children: readonly string[]): ControlWrite[] {
  return [...planDevices(group, ioDevices, children), ...planWeight(group, ioWeight)]
}

function planDevices(group: string, devices: readonly BlockDeviceLimit[] | null | undefined, children: readonly string[]): ControlWrite[] {
  if (devices === undefined) return []
  const held = within(devices ?? [], readDevices(dirname(group)))
  const value = devices === null || devices.length === 0 ? null : JSON.stringify(devices)
  const own = deviceWrites(group, held).map((write): ControlWrite => ({ ...write, remember: { group, name: wantedName, value } }))
  return [...own, ...children.flatMap((child) => deviceWrites(child, within(wantedDevices(child), held)))]
}

const wantedName = "io-devices"

function wantedDevices(group: string): BlockDeviceLimit[] {
  const kept = recallWanted(group, wantedName)
  return kept === undefined ? [] : (JSON.parse(kept) as BlockDeviceLimit[])
}

function readDevices(group: string): BlockDeviceLimit[] {
  const devices = new Map<string, BlockDeviceLimit>()
  for (const rate of rates) {
    const path = join(group, throttleFiles[rate])
    if (!existsSync(path)) continue
    for (const [device, value] of parseThrottles(readControlFile(path)))
      devices.set(device, { ...devices.get(device), device, [rate]: value })
  }
  return [...devices.values()]
}

/** Of each rate the lower: its own, or what is around it. */
function within(own: readonly BlockDeviceLimit[], outer: readonly BlockDeviceLimit[]): BlockDeviceLimit[] {
  const names = new Set([...own, ...outer].map(({ device }) => device))
  return [...names].map((device) => {
    const both = [...own, ...outer].filter((limit) => limit.device === device)
    const lowest = rates.flatMap((rate) => {
      const values = both.flatMap((limit) => limit[rate] ?? [])
      return values.length === 0 ? [] : [[rate, Math.min(...values)] as const]
    })
    return { device, ...Object.fromEntries(lowest) }
  })
}

// The list replaces the one before: devices that are no longer in it are set free.
function deviceWrites(group: string, devices: readonly BlockDeviceLimit[]): ControlWrite[] {
  return rates.flatMap((rate) => {
    const path = join(group, throttleFiles[rate])
    const wanted = new Map(devices.map((limit) => [limit.device, limit[rate] ?? 0]))
    const freed = [...parseThrottles(readControlFile(path)).keys()].filter((device) => !wanted.has(device))
    return [...[...wanted], ...freed.map((device): [string, number] => [device, 0])].map(
      ([device, value]): ControlWrite => ({
        limit: "ioDevices",
        path,
        value: `${device} ${value}`,
        undo: (before) => `${device} ${parseThrottles(before).get(device) ?? 0}`,
      }),
    )
  })
}

function planWeight(group: string, weight: number | null | undefined): ControlWrite[] {
  if (weight === undefined) return []
  const bfq = join(group, weightFiles.bfq)
  if (existsSync(bfq)) return [{ limit: "ioWeight", path: bfq, value: String(bfqWeight(weight ?? 100)), undo: plainWeight }]
  // CFQ (before Linux 5.0) takes 10–1000 with 500 as the default.
  return [{ limit: "ioWeight", path: join(group, weightFiles.cfq), value: String(Math.min(1000, Math.max(10, (weight ?? 100) * 5))) }]
}

function plainWeight(before: string): string {
  return before.replace(/^default /, "").split("\n")[0] ?? "100"
}

/** `major:minor rate` lines by device. */
export function parseThrottles(text: string): Map<string, number> {
  const table = new Map<string, number>()
  for (const line of text.split("\n")) {
    const [device, value] = line.split(" ")
    if (device !== undefined && value !== undefined) table.set(device, Number(value))
  }
  return table
}

/**
 * Since Linux 6.10 a disk counts a v1 group's I/O only after throttling was configured on it once: sets and lifts a rate
 * nobody reaches in the instance's top group, for each disk.
 */
export function activateIoAccounting(group: string): void {
  const path = join(group, throttleFiles.readBytesPerSecond)
  if (!existsSync(path)) return
  for (const { device } of readDisks()) {
    try {
      writeControlFile(path, `${device} ${Number.MAX_SAFE_INTEGER}`)
      writeControlFile(path, `${device} 0`)
    } catch (error) {
      // A disk without a request queue has nothing to count.
      if (!["EOPNOTSUPP", "ENOTSUP", "ENODEV", "EINVAL"].includes(errnoOf(error) ?? "")) throw error
    }
  }
}

const operationsFile = "blkio.throttle.io_serviced_recursive"

function openStats(mount: string, group: string, signs: Signs): StatReader {
  const bytes = StatFile.open(join(group, "blkio.throttle.io_service_bytes_recursive"))
  const operations = StatFile.open(join(group, operationsFile))
  // No byte moves without an operation, and the groups above count it too: they are recursive.
  const { lookout, release } = signs.above({ mount, group, name: operationsFile, figure: (text) => text })
  return {
    read: (draft, whole) => {
      if (!lookout.isDue(whole)) return true
      const byteText = bytes?.text()
      if (byteText === undefined) return false
      const operationText = operations?.text() ?? ""
      draft.io = {
        readBytes: sumAfter(byteText, " Read "),
        writeBytes: sumAfter(byteText, " Write "),
        readOperations: sumAfter(operationText, " Read "),
        writeOperations: sumAfter(operationText, " Write "),
      }
      return true
    },
    close: () => {
      closeAll([bytes, operations])
      release()
    },
  }
}
