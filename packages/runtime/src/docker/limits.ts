import type { EngineInfo } from "../engine.js"
import { EngineError } from "../errors.js"
import type { ResourceLimitName, ResourceLimits } from "../spec/limits.js"
import { checkLimitValues, type LimitChange } from "./check-limit-values.js"
import type { KernelReaders } from "./host-tools.js"
import type { WireDeviceRate, WireHostConfig, WireInfo } from "./wire.js"

type Enforceable = EngineInfo["enforceableLimits"]

/** Limits as this daemon has them: what it can enforce, and both ways of translation. */
export interface DockerLimits {
  enforceable: Enforceable
  /** Throws `limit_unsupported` or `invalid_argument`. */
  check(change: LimitChange): void
  toHostConfig(limits: ResourceLimits, kernel: KernelReaders | undefined): WireHostConfig
  /** What an update has to send, so that a container that has `current` gets `change`. */
  toUpdate(change: LimitChange, current: ResourceLimits): WireHostConfig
  fromHostConfig(config: WireHostConfig, kernel: KernelReaders | undefined): ResourceLimits
}

export function dockerLimits(daemon: {
  info: WireInfo
  flavour: "docker" | "podman"
  cgroupVersion: EngineInfo["cgroupVersion"]
  kernelLimits: Enforceable | undefined
}): DockerLimits {
  const enforceable = enforceableLimits(daemon)
  const shares = shareScale(daemon.cgroupVersion)
  const cpuCount = daemon.info.NCPU ?? 1
  const swap = (memory: number, swapMax: number | undefined): number => (swapMax === undefined ? -1 : memory + swapMax)
  const limitsSwap = enforceable.swapMaxBytes?.enforceable === true
  return {
    enforceable,
    check: (change) => {
      for (const [name, value] of Object.entries(change)) if (value !== undefined && value !== null) assertEnforceable(name, enforceable)
      checkLimitValues(change, { cpuCount })
    },
    toHostConfig: ({ memoryMaxBytes, swapMaxBytes, ...limits }, kernel) => {
      if (swapMaxBytes !== undefined && memoryMaxBytes === undefined) throw swapNeedsMemory()
      return {
        ...(memoryMaxBytes === undefined
          ? {}
          : { Memory: memoryMaxBytes, ...(limitsSwap ? { MemorySwap: swap(memoryMaxBytes, swapMaxBytes) } : {}) }),
        ...(limits.memoryLowBytes === undefined ? {} : { MemoryReservation: limits.memoryLowBytes }),
        ...(limits.cpuMaxCores === undefined ? {} : { CpuPeriod: periodMicros, CpuQuota: Math.round(limits.cpuMaxCores * periodMicros) }),
        ...(limits.cpuWeight === undefined ? {} : { CpuShares: shares.fromWeight(limits.cpuWeight) }),
        ...(limits.cpusetCpus === undefined ? {} : { CpusetCpus: limits.cpusetCpus }),
        ...(limits.cpusetMems === undefined ? {} : { CpusetMems: limits.cpusetMems }),
        ...(limits.pidsMax === undefined ? {} : { PidsLimit: limits.pidsMax }),
        ...(limits.ioWeight === undefined ? {} : { BlkioWeight: limits.ioWeight }),
        ...deviceRates(limits, kernel),
      }
    },
    toUpdate: (change, current) => {
      if (change.ioDevices !== undefined) throw fixedAtCreate("ioDevices")
      if (change.memoryLowBytes === null && current.memoryLowBytes !== undefined) throw fixedAtCreate("memoryLowBytes")
      const memory = change.memoryMaxBytes === undefined ? current.memoryMaxBytes : (change.memoryMaxBytes ?? undefined)
      const swapMax = change.swapMaxBytes === undefined ? current.swapMaxBytes : (change.swapMaxBytes ?? undefined)
      if (swapMax !== undefined && memory === undefined) throw swapNeedsMemory()
      const touchesMemory = change.memoryMaxBytes !== undefined || change.swapMaxBytes !== undefined
      return {
        ...(touchesMemory
          ? { Memory: memory ?? boundless, ...(limitsSwap ? { MemorySwap: memory === undefined ? -1 : swap(memory, swapMax) } : {}) }
          : {}),
        ...(typeof change.memoryLowBytes === "number" ? { MemoryReservation: change.memoryLowBytes } : {}),
        ...(change.cpuMaxCores === undefined
          ? {}
          : { CpuPeriod: periodMicros, CpuQuota: change.cpuMaxCores === null ? -1 : Math.round(change.cpuMaxCores * periodMicros) }),
        ...(change.cpuWeight === undefined ? {} : { CpuShares: shares.fromWeight(change.cpuWeight ?? 100) }),
        ...(change.cpusetCpus === undefined ? {} : { CpusetCpus: change.cpusetCpus ?? allOf(cpuCount) }),
        ...(typeof change.cpusetMems === "string" ? { CpusetMems: change.cpusetMems } : {}),
        ...(change.pidsMax === undefined ? {} : { PidsLimit: change.pidsMax ?? -1 }),
        ...(change.ioWeight === undefined ? {} : { BlkioWeight: change.ioWeight ?? 100 }),
      }
    },
    fromHostConfig: (config, kernel) => {
      const memory = positive(config.Memory)
      const bounded = memory !== undefined && memory < boundless ? memory : undefined
      const both = config.MemorySwap ?? 0
      const cores =
        positive(config.CpuQuota) === undefined ? undefined : (config.CpuQuota ?? 0) / (positive(config.CpuPeriod) ?? periodMicros)
      const devices = devicesOf(config, kernel)
      return definedLimits({
        memoryMaxBytes: bounded,
        memoryLowBytes: positive(config.MemoryReservation),
        swapMaxBytes: bounded !== undefined && limitsSwap && both > 0 ? Math.max(0, both - bounded) : undefined,
        cpuMaxCores: cores ?? (positive(config.NanoCpus) === undefined ? undefined : (config.NanoCpus ?? 0) / 1e9),
        cpuWeight: positive(config.CpuShares) === undefined ? undefined : shares.toWeight(config.CpuShares ?? 0),
        cpusetCpus: config.CpusetCpus || undefined,
        cpusetMems: config.CpusetMems || undefined,
        pidsMax: positive(config.PidsLimit ?? 0),
        ioWeight: positive(config.BlkioWeight),
        ioDevices: devices.length === 0 ? undefined : devices,
      })
    },
  }
}

const periodMicros = 100_000
/** An update takes 0 for "leave it" and nothing below 6 MiB: a limit is lifted by one that no host reaches. */
const boundless = 2 ** 62

function enforceableLimits({ info, flavour, cgroupVersion, kernelLimits }: Parameters<typeof dockerLimits>[0]): Enforceable {
  const flag = (has: boolean | undefined, reason: string): { enforceable: boolean; reason?: string } =>
    has === true ? { enforceable: true } : { enforceable: false, reason }
  const noField = (what: string): { enforceable: boolean; reason: string } => ({
    enforceable: false,
    reason: `Docker's API has no ${what}.`,
  })
  const memory = flag(info.MemoryLimit, "The Docker host's kernel has no memory cgroup.")
  const disks = kernelLimits?.ioDevices
  const weight = kernelLimits?.ioWeight
  return {
    memoryMaxBytes: memory,
    memoryHighBytes: noField("memory.high"),
    memoryLowBytes:
      cgroupVersion === "v2" && flavour === "docker"
        ? memory
        : { enforceable: false, reason: "Docker's memory reservation protects from reclaim on cgroup v2 only; on v1 it is a hint." },
    memoryMinBytes: noField("memory.min"),
    swapMaxBytes: memory.enforceable
      ? flag(info.SwapLimit, "The Docker host's kernel does not account swap (boot it with swapaccount=1).")
      : memory,
    cpuMaxCores: flag(info.CpuCfsQuota, "The Docker host's kernel has no CPU bandwidth control (CONFIG_CFS_BANDWIDTH)."),
    cpuWeight: flag(info.CPUShares, "The Docker host's kernel has no cpu cgroup."),
    cpusetCpus: flag(info.CPUSet, "The Docker host's kernel has no cpuset cgroup."),
    cpusetMems: flag(info.CPUSet, "The Docker host's kernel has no cpuset cgroup."),
    pidsMax: flag(info.PidsLimit, "The Docker host's kernel has no pids cgroup."),
    ioWeight:
      cgroupVersion === "v2"
        ? { enforceable: false, reason: "Docker's weights (10 to 1000) are coarser than those of cgroup v2 (1 to 10000)." }
        : (weight ?? { enforceable: false, reason: "Docker's API does not say whether the host's disks know weights." }),
    ioDevices: disks ?? {
      enforceable: false,
      reason: "Docker names disks by their paths, which only an engine on this host can find out.",
    },
    hugetlbMaxBytes: noField("limit of huge pages"),
  }
}

// As runc translates: v1 proportions as the kernel's default (100 is 1024), v2 by its line from 2–262144 to 1–10000.
function shareScale(version: EngineInfo["cgroupVersion"]): { fromWeight(weight: number): number; toWeight(shares: number): number } {
  if (version === "v2")
    return {
      fromWeight: (weight) => 2 + Math.ceil(((weight - 1) * 262_142) / 9999),
      toWeight: (shares) => 1 + Math.floor(((shares - 2) * 9999) / 262_142),
    }
  return {
    fromWeight: (weight) => Math.min(262_144, Math.max(2, Math.round((weight * 1024) / 100))),
    toWeight: (shares) => Math.max(1, Math.round((shares * 100) / 1024)),
  }
}

const rateFields = [
  ["readBytesPerSecond", "BlkioDeviceReadBps"],
  ["writeBytesPerSecond", "BlkioDeviceWriteBps"],
  ["readOperationsPerSecond", "BlkioDeviceReadIOps"],
  ["writeOperationsPerSecond", "BlkioDeviceWriteIOps"],
] as const

function deviceRates({ ioDevices = [] }: ResourceLimits, kernel: KernelReaders | undefined): WireHostConfig {
  const config: Partial<Record<(typeof rateFields)[number][1], WireDeviceRate[]>> = {}
  for (const limit of ioDevices) {
    const path = kernel?.diskPath(limit.device)
    if (path === undefined)
      throw new EngineError("invalid_argument", {
        facts: { device: limit.device },
        publicMessage: `ioDevices: this host has no disk ${limit.device}.`,
      })
    for (const [name, field] of rateFields) {
      const rate = limit[name]
      if (rate !== undefined) config[field] = [...(config[field] ?? []), { Path: path, Rate: rate }]
    }
  }
  return config
}

function devicesOf(config: WireHostConfig, kernel: KernelReaders | undefined): NonNullable<ResourceLimits["ioDevices"]> {
  const byDevice = new Map<string, NonNullable<ResourceLimits["ioDevices"]>[number]>()
  for (const [name, field] of rateFields) {
    for (const { Path = "", Rate = 0 } of config[field] ?? []) {
      const device = kernel?.diskNumbers(Path) ?? Path
      byDevice.set(device, { ...(byDevice.get(device) ?? { device }), [name]: Rate })
    }
  }
  return [...byDevice.values()]
}

function assertEnforceable(name: string, enforceable: Enforceable): void {
  const ability = enforceable[name as ResourceLimitName]
  if (ability?.enforceable === true) return
  const reason = ability?.reason ?? "There is no such limit."
  throw new EngineError(ability === undefined ? "invalid_argument" : "limit_unsupported", {
    facts: { limit: name, reason },
    publicMessage: `This Docker Engine cannot enforce ${name}: ${reason}`,
  })
}

function swapNeedsMemory(): EngineError {
  return new EngineError("invalid_argument", {
    facts: { limit: "swapMaxBytes" },
    publicMessage: "swapMaxBytes: Docker limits swap only together with memory. Give memoryMaxBytes too.",
  })
}

function fixedAtCreate(name: ResourceLimitName): EngineError {
  return new EngineError("unsupported", {
    facts: { limit: name },
    publicMessage: `Docker cannot change ${name} of a container that exists. Make a new container with the limit.`,
  })
}

function allOf(cpuCount: number): string {
  return cpuCount === 1 ? "0" : `0-${cpuCount - 1}`
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined
}

function definedLimits(limits: { [K in keyof ResourceLimits]: ResourceLimits[K] | undefined }): ResourceLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as ResourceLimits
}
