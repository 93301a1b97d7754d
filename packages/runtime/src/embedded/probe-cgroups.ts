import { accessSync, constants } from "node:fs"
import { chooseFreezer, controllerOfLimit } from "../cgroups/choose-controllers.js"
import { limitAbilities } from "../cgroups/enforceability.js"
import { allHierarchies, type CgroupLayout } from "../cgroups/hierarchy.js"
import type { Ability } from "../engine.js"
import { findMount } from "../kernel/mount-table.js"
import type { ResourceLimitName } from "../spec/limits.js"

const limitTitles: Readonly<Record<ResourceLimitName, string>> = {
  memoryMaxBytes: "Hard limit of memory",
  memoryHighBytes: "Memory above which a container is slowed and reclaimed",
  memoryLowBytes: "Memory protected from reclaim",
  memoryMinBytes: "Memory never reclaimed",
  swapMaxBytes: "Limit of swap",
  cpuMaxCores: "Limit of CPU time",
  cpuWeight: "Share of CPU time under contention",
  cpusetCpus: "Pinning to CPUs",
  cpusetMems: "Pinning to memory nodes",
  pidsMax: "Limit of processes",
  ioWeight: "Share of disk time under contention",
  ioDevices: "Limits of disk bytes and operations",
  hugetlbMaxBytes: "Limit of huge pages",
}

/** Without these a container cannot be held to what it was sold. */
const requiredLimits = new Set<ResourceLimitName>(["memoryMaxBytes", "cpuMaxCores", "pidsMax"])

/** The hierarchies, whether they can be written, the hybrid trap, freezing, and each limit. */
export function probeCgroups(layout: CgroupLayout): Ability[] {
  if (layout.version === "none") return [notMounted()]
  return [version(layout), ...readOnly(layout), ...hybridTrap(layout), ...quickMoves(layout), freezing(layout), ...limits(layout)]
}

function notMounted(): Ability {
  return {
    name: "cgroups",
    title: "Control groups",
    status: "missing",
    detail: "No cgroup hierarchy is mounted, so that no limit can be enforced and no container counted.",
    remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    required: true,
  }
}

function version(layout: CgroupLayout): Ability {
  const base = { name: "cgroups", title: "Control groups", required: true }
  if (layout.version === "v2")
    return { ...base, status: "available", detail: `cgroup v2 with ${layout.unified?.controllers.join(", ") || "no controllers"}.` }
  const controllers = layout.v1.flatMap((hierarchy) => hierarchy.controllers).join(", ")
  return {
    ...base,
    status: "degraded",
    detail: `cgroup ${layout.version === "hybrid" ? "v1 with a v2 hierarchy beside it (hybrid)" : "v1"} with ${controllers}. Everything works but the limits that only v2 has.`,
    remedy: "Boot with systemd.unified_cgroup_hierarchy=1 to get cgroup v2.",
  }
}

function readOnly(layout: CgroupLayout): Ability[] {
  if (process.geteuid?.() !== 0) return []
  const closed = allHierarchies(layout).filter(({ mount }) => !writable(mount))
  if (closed.length === 0) return []
  return [
    {
      name: "cgroups.writable",
      title: "Writable control groups",
      status: "missing",
      detail: `${closed.map(({ mount }) => mount).join(", ")} cannot be written: this looks like a container.`,
      remedy:
        "Run the engine on the host, or in a container with its cgroups mounted writable (for example --privileged --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup).",
      required: true,
    },
  ]
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    // EROFS or EACCES: either way nothing can be made here.
    return false
  }
}

/** crun refuses a hybrid host whose v2 side holds controllers (seen with hugetlb, which few distributions mount): they belong into v1 hierarchies there. */
function hybridTrap(layout: CgroupLayout): Ability[] {
  const stray = layout.version === "hybrid" ? (layout.unified?.controllers ?? []) : []
  if (stray.length === 0) return []
  return [
    {
      name: "cgroups.hybrid",
      title: "A hybrid hierarchy that crun accepts",
      status: "degraded",
      detail: `The v2 hierarchy beside v1 still holds ${stray.join(", ")}; crun refuses such a host.`,
      remedy: stray
        .map(
          (name) => `mkdir -p /sys/fs/cgroup/${v1Name(name)} && mount -t cgroup -o ${v1Name(name)} cgroup /sys/fs/cgroup/${v1Name(name)}`,
        )
        .join(" && "),
      required: false,
    },
  ]
}

function v1Name(controller: string): string {
  return controller === "io" ? "blkio" : controller
}

/**
 * Putting a process into a group waits some 10 ms for a grace period of the kernel, in v1 groups too, unless the v2 hierarchy is mounted with
 * favordynmods (cgroup-v2.rst, Mounting; Linux 6.0). The price is a little on every fork and exit.
 */
function quickMoves({ unified }: CgroupLayout): Ability[] {
  if (unified === undefined) return []
  const base = { name: "cgroups.favordynmods", title: "Quick starts (favordynmods)", required: false }
  if (findMount(unified.mount)?.superOptions.includes("favordynmods") === true) {
    return [{ ...base, status: "available", detail: "Processes enter their groups without waiting." }]
  }
  const detail = "Each start and exec waits about 10 ms longer than it must for the kernel to move a process into its group."
  return [{ ...base, status: "degraded", detail, remedy: `mount -o remount,favordynmods ${unified.mount}` }]
}

function freezing(layout: CgroupLayout): Ability {
  const base = { name: "freezer", title: "Pausing containers", required: false }
  if (chooseFreezer(layout) !== undefined) return { ...base, status: "available", detail: "Containers can be frozen." }
  return {
    ...base,
    status: "missing",
    detail: "Neither the v1 freezer nor a v2 hierarchy is mounted.",
    remedy: "mkdir -p /sys/fs/cgroup/freezer && mount -t cgroup -o freezer cgroup /sys/fs/cgroup/freezer",
  }
}

function limits(layout: CgroupLayout): Ability[] {
  const table = limitAbilities(layout)
  return (Object.keys(controllerOfLimit) as ResourceLimitName[]).map((name) => {
    const { enforceable, reason, remedy } = table[name]
    const required = requiredLimits.has(name)
    return {
      name: `limit.${name}`,
      title: limitTitles[name],
      status: enforceable ? (reason === undefined ? "available" : "degraded") : "missing",
      detail: reason ?? "Enforced by the kernel.",
      ...(remedy === undefined ? {} : { remedy }),
      required,
    }
  })
}
