import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { readControlFile } from "../../kernel/control-file.js"
import type { BlockDeviceLimit } from "../../spec/limits.js"
import { bfqWeight, readDisks } from "../block-devices.js"
import type { CgroupSample } from "../cgroup-driver.js"
import type { Controller, ControlWrite, Enforceability, EnforceabilityTable, LimitChange, StatReader } from "../controller.js"
import type { Hierarchy } from "../hierarchy.js"
import type { Signs } from "../signs.js"
import { StatFile } from "../stat-file.js"
import { sumAfter } from "../sum-after.js"

/** io on cgroup v2 (cgroup-v2.rst, IO). */
export function ioV2(hierarchy: Hierarchy): Controller {
  return {
    name: "io",
    hierarchy,
    enforceability: (sample) => enforceability(sample, hierarchy.mount),
    plan,
    openStats: (group, signs) => openStats(hierarchy.mount, group, signs),
  }
}

const rateKeys = {
  readBytesPerSecond: "rbps",
  writeBytesPerSecond: "wbps",
  readOperationsPerSecond: "riops",
  writeOperationsPerSecond: "wiops",
} as const
const rates = Object.keys(rateKeys) as (keyof typeof rateKeys)[]
const unlimited = "rbps=max wbps=max riops=max wiops=max"

function enforceability(sample: string | undefined, mount: string): EnforceabilityTable {
  const throttles = sample === undefined || existsSync(join(sample, "io.max"))
  return {
    ioDevices: throttles
      ? { enforceable: true }
      : { enforceable: false, reason: "The kernel has no block throttling (CONFIG_BLK_DEV_THROTTLING)." },
    ioWeight: weightEnforceability(sample, mount),
  }
}

// io.weight exists wherever it is compiled in, but only bfq and an enabled io.cost model act on it.
function weightEnforceability(sample: string | undefined, mount: string): Enforceability {
  const disks = readDisks()
  if (sample !== undefined && existsSync(join(sample, "io.bfq.weight")) && disks.some((disk) => disk.scheduler === "bfq"))
    return { enforceable: true }
  const cost = join(mount, "io.cost.qos")
  if (existsSync(cost) && /\benable=1\b/.test(readFileSync(cost, "utf8"))) return { enforceable: true }
  const disk = disks.find((candidate) => candidate.scheduler !== undefined)?.name ?? "DISK"
  return {
    enforceable: false,
    reason: "No disk uses the bfq scheduler or the io.cost model, so that nothing acts on weights.",
    remedy: `echo bfq > /sys/block/${disk}/queue/scheduler`,
  }
}

function plan(group: string, { ioDevices, ioWeight }: LimitChange): ControlWrite[] {
  return [...planDevices(join(group, "io.max"), ioDevices), ...planWeight(group, ioWeight)]
}

// The list replaces the one before: devices that are no longer in it are set free.
function planDevices(path: string, devices: readonly BlockDeviceLimit[] | null | undefined): ControlWrite[] {
  if (devices === undefined) return []
  const wanted = new Map((devices ?? []).map((limit) => [limit.device, formatRates(limit)]))
  const freed = [...parseIoMax(readControlFile(path)).keys()].filter((device) => !wanted.has(device))
  return [...[...wanted], ...freed.map((device): [string, string] => [device, unlimited])].map(
    ([device, value]): ControlWrite => ({
      limit: "ioDevices",
      path,
      value: `${device} ${value}`,
      undo: (before) => `${device} ${parseIoMax(before).get(device) ?? unlimited}`,
    }),
  )
}

function planWeight(group: string, weight: number | null | undefined): ControlWrite[] {
  if (weight === undefined) return []
  const undo = (before: string): string => before.split("\n")[0] ?? "default 100"
  const write = (file: string, value: number): ControlWrite[] =>
    existsSync(join(group, file)) ? [{ limit: "ioWeight", path: join(group, file), value: `default ${value}`, undo }] : []
  return [...write("io.weight", weight ?? 100), ...write("io.bfq.weight", bfqWeight(weight ?? 100))]
}

function formatRates(limit: BlockDeviceLimit): string {
  return rates.map((rate) => `${rateKeys[rate]}=${limit[rate] ?? "max"}`).join(" ")
}

/** `major:minor key=value …` lines by device. */
export function parseIoMax(text: string): Map<string, string> {
  const table = new Map<string, string>()
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ")
    if (space > 0) table.set(line.slice(0, space), line.slice(space + 1))
  }
  return table
}

function openStats(mount: string, group: string, signs: Signs): StatReader {
  const stat = StatFile.open(join(group, "io.stat"))
  // The kernel adds a group's figures to those of the groups above (cgroup-v2.rst, io.stat): nothing moved there, nothing moved here.
  const { lookout, release } = signs.above({ mount, group, name: "io.stat", figure: (text) => text })
  return {
    read: (draft, whole) => {
      if (!lookout.isDue(whole)) return true
      const text = stat?.text()
      if (text === undefined) return false
      draft.io = readIoStat(text)
      return true
    },
    close: () => {
      stat?.close()
      release()
    },
  }
}

/** Sums io.stat over all devices. */
function readIoStat(text: string): CgroupSample["io"] {
  return {
    readBytes: sumAfter(text, " rbytes="),
    writeBytes: sumAfter(text, " wbytes="),
    readOperations: sumAfter(text, " rios="),
    writeOperations: sumAfter(text, " wios="),
  }
}
