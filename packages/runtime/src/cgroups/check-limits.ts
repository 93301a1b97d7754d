import { cpus } from "node:os"
import { EngineError } from "../errors.js"
import type { BlockDeviceLimit, ResourceLimitName } from "../spec/limits.js"
import type { LimitChange } from "./controller.js"
import { parseCpuList } from "./cpu-list.js"
import { minimumCores } from "./cpu-values.js"
import type { LimitAbilities } from "./enforceability.js"

/** What the checks need to know of the host. */
export interface LimitHost {
  cgroupVersion: string
  abilities: LimitAbilities
  onlineCpus: readonly number[]
  memoryNodes: readonly number[]
}

/** Smallest memory limit: below, no process starts and the OOM killer strikes at once (Docker's floor too). */
export const minimumMemoryBytes = 6 * 1024 * 1024

/** Rejects a change whose values cannot be (`invalid_argument`) or that this host cannot enforce (`limit_unsupported`, with reason and remedy). `null` always passes. */
export function checkLimits(change: LimitChange, host: LimitHost): void {
  for (const name of Object.keys(change) as ResourceLimitName[]) {
    const value = change[name]
    if (value === undefined || value === null) continue
    checkKnown(name, host)
    checkEnforceable(name, host)
  }
  for (const check of checks) check(change, host)
}

type Check = (change: LimitChange, host: LimitHost) => void

const checks: readonly Check[] = [
  ({ memoryMaxBytes }) => integer("memoryMaxBytes", memoryMaxBytes, minimumMemoryBytes),
  ({ memoryHighBytes }) => integer("memoryHighBytes", memoryHighBytes, 0),
  ({ memoryLowBytes }) => integer("memoryLowBytes", memoryLowBytes, 0),
  ({ memoryMinBytes }) => integer("memoryMinBytes", memoryMinBytes, 0),
  ({ swapMaxBytes }) => integer("swapMaxBytes", swapMaxBytes, 0),
  ({ pidsMax }) => integer("pidsMax", pidsMax, 1, 4_194_304),
  ({ cpuWeight }) => integer("cpuWeight", cpuWeight, 1, 10_000),
  ({ ioWeight }) => integer("ioWeight", ioWeight, 1, 10_000),
  ({ cpuMaxCores }) => cores(cpuMaxCores),
  ({ cpusetCpus }, host) => subset("cpusetCpus", cpusetCpus, host.onlineCpus, "CPU"),
  ({ cpusetMems }, host) => subset("cpusetMems", cpusetMems, host.memoryNodes, "memory node"),
  ({ ioDevices }) => devices(ioDevices),
  ({ hugetlbMaxBytes }) => {
    for (const bytes of Object.values(hugetlbMaxBytes ?? {})) integer("hugetlbMaxBytes", bytes, 0)
  },
  ({ memoryMaxBytes, memoryMinBytes }) => ordered("memoryMinBytes", memoryMinBytes, "memoryMaxBytes", memoryMaxBytes),
  ({ memoryMaxBytes, memoryLowBytes }) => ordered("memoryLowBytes", memoryLowBytes, "memoryMaxBytes", memoryMaxBytes),
]

function checkKnown(name: ResourceLimitName, host: LimitHost): void {
  if (!Object.hasOwn(host.abilities, name)) throw invalid(name, name, "there is no such limit")
}

function checkEnforceable(name: ResourceLimitName, host: LimitHost): void {
  const ability = host.abilities[name]
  if (ability.enforceable) return
  throw new EngineError("limit_unsupported", {
    facts: { limit: name, cgroup: host.cgroupVersion, reason: ability.reason, remedy: ability.remedy },
    publicMessage: `This host cannot enforce ${name}: ${ability.reason ?? "the kernel has no such control."}${ability.remedy === undefined ? "" : ` What mends it: ${ability.remedy}`}`,
  })
}

function integer(name: ResourceLimitName, value: number | null | undefined, minimum: number, maximum = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined || value === null) return
  if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
    throw invalid(
      name,
      value,
      maximum === Number.MAX_SAFE_INTEGER
        ? `it must be a whole number from ${minimum}`
        : `it must be a whole number from ${minimum} to ${maximum}`,
    )
  }
}

function cores(value: number | null | undefined): void {
  if (value === undefined || value === null) return
  // Above the number of CPUs it never binds, and the kernel's microsecond counter bounds it too.
  if (!Number.isFinite(value) || value < minimumCores || value > 65_536)
    throw invalid("cpuMaxCores", value, `it must be from ${minimumCores} to 65536 cores (this host has ${cpus().length})`)
}

function subset(name: ResourceLimitName, value: string | null | undefined, present: readonly number[], noun: string): void {
  if (value === undefined || value === null) return
  const wanted = parseCpuList(value, name)
  if (wanted.length === 0) throw invalid(name, value, "the list is empty")
  const absent = wanted.filter((number) => !present.includes(number))
  if (absent.length > 0)
    throw invalid(name, value, `this host has no ${noun} ${absent.slice(0, 8).join(", ")}; it has ${present.join(", ")}`)
}

const rateNames = ["readBytesPerSecond", "writeBytesPerSecond", "readOperationsPerSecond", "writeOperationsPerSecond"] as const

function devices(list: readonly BlockDeviceLimit[] | null | undefined): void {
  const seen = new Set<string>()
  for (const entry of list ?? []) {
    if (!/^\d{1,4}:\d{1,8}$/.test(entry.device))
      throw invalid("ioDevices", entry.device, 'a device is named by its numbers, for example "8:0"')
    if (seen.has(entry.device)) throw invalid("ioDevices", entry.device, "the device is named twice")
    seen.add(entry.device)
    for (const rate of rateNames) integer("ioDevices", entry[rate], 1)
  }
}

function ordered(
  lowerName: ResourceLimitName,
  lower: number | null | undefined,
  upperName: ResourceLimitName,
  upper: number | null | undefined,
): void {
  if (typeof lower === "number" && typeof upper === "number" && lower > upper)
    throw invalid(lowerName, lower, `it is more than ${upperName} (${upper})`)
}

function invalid(limit: ResourceLimitName, value: string | number, why: string): EngineError {
  const shown = typeof value === "string" ? value.slice(0, 80) : value
  return new EngineError("invalid_argument", {
    facts: { limit, value: shown },
    publicMessage: `${limit} cannot be ${JSON.stringify(shown)}: ${why}.`,
  })
}
