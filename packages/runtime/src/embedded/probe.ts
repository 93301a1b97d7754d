import { readFileSync } from "node:fs"
import { arch, cpus, hostname, release } from "node:os"
import { detectCgroups } from "../cgroups/detect.js"
import { limitAbilities } from "../cgroups/enforceability.js"
import type { CgroupLayout } from "../cgroups/hierarchy.js"
import type { Ability, EngineFeature, EngineInfo, OciRuntimeInfo } from "../engine.js"
import { readBootedAt, readMemoryInfo } from "../kernel/host-facts.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { safely } from "./ability.js"
import { engineVersion } from "./engine-version.js"
import { probeCgroups } from "./probe-cgroups.js"
import { probeFilesystems } from "./probe-filesystems.js"
import { findCriu, probeHibernation } from "./probe-hibernation.js"
import { probeKernel } from "./probe-kernel.js"
import { probeMemory } from "./probe-memory.js"
import { probeNaps } from "./probe-naps.js"
import { probeNetwork } from "./probe-network.js"
import { probeOciRuntimes } from "./probe-oci-runtimes.js"
import { probePrivileges } from "./probe-privileges.js"
import { probeThinDisks, thinDisksAbility } from "./probe-thin-disks.js"
import { probeTools } from "./probe-tools.js"

export interface ProbeHostOptions {
  /** Directory of the engine's lasting state; file systems are tried out beside it. */
  root: string
  /** OCI runtimes that were run for real, where a sandbox driver did that. Absent: told by their versions. */
  ociRuntimes?: readonly OciRuntimeInfo[]
  /** See `findCriu`. */
  criu?: string | undefined
  /** What other parts found out (the network driver), appended. */
  furtherAbilities?: readonly Ability[]
  spawn?: SpawnTool
}

/**
 * What this host can and cannot do, in plain words with what mends it. Works without root, changes nothing that stays, takes no lock, and never
 * rejects: what cannot be found out is reported as such. Takes some 100 ms; the caller keeps the result.
 */
export async function probeHost(options: ProbeHostOptions): Promise<EngineInfo> {
  const spawn = options.spawn ?? spawnTool
  const layout = valueOr<CgroupLayout>(detectCgroups, { version: "none", v1: [], unified: undefined })
  const runtimes = options.ociRuntimes ?? (await valueOrAsync(() => probeOciRuntimes(spawn, layout), []))
  const parts = await Promise.all([
    safely("privileges", "Root's rights", true, probePrivileges),
    safely("cgroups", "Control groups", true, () => probeCgroups(layout)),
    safely("oci-runtimes", "OCI runtimes", true, () => runtimeAbilities(runtimes)),
    safely("tools", "Host tools", true, () => probeTools(spawn)),
    safely("filesystems", "Overlay and id-mapped mounts", false, () => probeFilesystems(options.root)),
    safely(thinDisksAbility, "Volumes with a limit", false, probeThinDisks),
    safely("kernel", "Namespaces and seccomp", true, probeKernel),
    safely("network", "Packet filter and forwarding", false, () => probeNetwork(spawn)),
    safely("memory", "Swap and pressure", false, probeMemory),
    safely("nap", "Naps", false, () => probeNaps(layout)),
    safely("hibernate", "Hibernation", false, async () => [
      await probeHibernation({ criu: findCriu(options), layout, ociRuntimes: runtimes, spawn }),
    ]),
  ])
  const abilities = [...parts.flat(), ...(options.furtherAbilities ?? [])]
  const memory = valueOr(readMemoryInfo, new Map<string, number>())
  return {
    kind: "embedded",
    ...verdict(abilities),
    version: engineVersion,
    hostname: hostname(),
    kernelVersion: release(),
    operatingSystem: valueOr(readOperatingSystem, "Linux"),
    architecture: arch(),
    bootedAt: valueOr(readBootedAt, 0),
    cpuCount: cpus().length,
    memoryBytes: memory.get("MemTotal") ?? 0,
    swapBytes: memory.get("SwapTotal") ?? 0,
    dataDirectory: options.root,
    cgroupVersion: layout.version,
    ociRuntimes: [...runtimes],
    abilities,
    enforceableLimits: valueOr<EngineInfo["enforceableLimits"]>(() => limitAbilities(layout), {}),
    features: featuresOf(abilities),
  }
}

/** The same with what may change while an engine is open, swap and what depends on it, as it is now. */
export function withPresentMemory(info: EngineInfo, layout: CgroupLayout): EngineInfo {
  const present = new Map([...probeMemory(), ...probeNaps(layout)].map((ability) => [ability.name, ability]))
  const abilities = info.abilities.map((ability) => present.get(ability.name) ?? ability)
  return { ...info, swapBytes: readMemoryInfo().get("SwapTotal") ?? 0, abilities, features: featuresOf(abilities) }
}

function featuresOf(abilities: readonly Ability[]): EngineFeature[] {
  return embeddedFeatures
    .filter((feature) => featureNeeds[feature]?.every((name) => has(abilities, name)) ?? true)
    .filter((feature) => feature !== "volume-limits" || has(abilities, thinDisksAbility))
    .filter(
      (feature) => feature !== "disk-limits" || [thinDisksAbility, "overlayfs", "idmapped-mounts"].every((name) => has(abilities, name)),
    )
}

/** Optional operations that the embedded engine has; limits of disks only where the host has what they need. */
export const embeddedFeatures: readonly EngineFeature[] = [
  "pause",
  "nap",
  "hibernate",
  "reclaim",
  "exec",
  "attach",
  "commit",
  "diff",
  "copy",
  "list-files",
  "update",
  "health",
  "top",
  "namespaces",
  "cgroup-tree",
  "tenant-limits",
  "volumes",
  "volume-limits",
  "disk-limits",
  "networks",
  "tenant-networks",
  "network-rates",
  "image-load",
  "image-import",
  "image-save",
  "image-pull",
  "image-push",
  "image-garbage",
]

/** Abilities of the host without which there is no such feature. */
const featureNeeds: Partial<Record<EngineFeature, readonly string[]>> = {
  nap: ["nap"],
  hibernate: ["hibernate"],
  reclaim: ["reclaim"],
  networks: ["nftables"],
  "tenant-networks": ["nftables"],
  "network-rates": ["nftables", "network.rates"],
}

// What is degraded works; overlayfs that is degraded does not (`probeFilesystems`).
function has(abilities: readonly Ability[], wanted: string): boolean {
  const status = abilities.find(({ name }) => name === wanted)?.status
  return status === "available" || (worksDegraded.has(wanted) && status === "degraded")
}

const worksDegraded = new Set([thinDisksAbility, "reclaim", "hibernate"])

function verdict(abilities: readonly Ability[]): Pick<EngineInfo, "status" | "reason" | "remedy"> {
  const missing = abilities.filter((ability) => ability.required && ability.status === "missing")
  const first = missing[0]
  if (first === undefined) return { status: "available" }
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : ""
  return {
    status: "unavailable",
    reason: `${first.title}: ${first.detail}${more}`,
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
  }
}

function runtimeAbilities(runtimes: readonly OciRuntimeInfo[]): Ability[] {
  const working = runtimes.filter(({ works }) => works)
  const each = runtimes.map(
    ({ name, version, works, path, remark }): Ability => ({
      name,
      title: `OCI runtime ${name}`,
      status: works ? (remark === undefined ? "available" : "degraded") : "missing",
      detail: `${version} at ${path}.${remark === undefined ? "" : ` ${remark}`}`,
      required: false,
    }),
  )
  if (working.length > 0) return each
  return [
    {
      name: "oci-runtime",
      title: "An OCI runtime that works",
      status: "missing",
      detail:
        runtimes.length === 0
          ? "Neither crun nor runc is installed."
          : runtimes.map(({ name, remark }) => `${name}: ${remark ?? "does not work here"}`).join(" "),
      remedy: "apt-get install -y --no-install-recommends crun runc",
      required: true,
    },
    ...each,
  ]
}

function readOperatingSystem(): string {
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux"
}

function valueOr<T>(read: () => T, fallback: T): T {
  try {
    return read()
  } catch {
    // A report must come even from a host whose /proc is not all there; the abilities name what is missing.
    return fallback
  }
}

async function valueOrAsync<T>(read: () => Promise<T>, fallback: T): Promise<T> {
  try {
    return await read()
  } catch {
    // As above.
    return fallback
  }
}
