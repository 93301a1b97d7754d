import { readFileSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../errors.js"
import { type MountEntry, readMounts } from "../kernel/mount-table.js"
import type { CgroupLayout, Hierarchy } from "./hierarchy.js"

/** Names of v1 controllers; everything else among the super options of a cgroup mount is an option. */
const v1Controllers = new Set([
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "pids",
  "hugetlb",
  "net_cls",
  "net_prio",
  "perf_event",
  "rdma",
  "misc",
])

/**
 * Which cgroup hierarchies this host has mounted and which controllers each holds. Reads /proc/self/mountinfo and
 * `cgroup.controllers`; needs no root. `hybrid` is a host whose controllers are on v1 and which has a v2 hierarchy beside them (freezing,
 * killing and pressure figures work there). (Documentation/admin-guide/cgroup-v1, cgroup-v2.rst)
 */
export function detectCgroups(mounts: readonly MountEntry[] = readMounts()): CgroupLayout {
  const v1 = distinct(mounts.filter((entry) => entry.type === "cgroup")).map(v1Hierarchy)
  const v2 = distinct(mounts.filter((entry) => entry.type === "cgroup2")).map(v2Hierarchy)[0]
  const holdsControllers = v1.some((hierarchy) => hierarchy.controllers.length > 0)
  if (!holdsControllers && v2 === undefined) return { version: "none", v1: [], unified: undefined }
  if (!holdsControllers) return { version: "v2", v1: [], unified: v2 }
  return { version: v2 === undefined ? "v1" : "hybrid", v1, unified: v2 }
}

/** True when the hierarchy holds the controller. */
export function holds(hierarchy: Hierarchy | undefined, controller: string): boolean {
  return hierarchy?.controllers.includes(controller) ?? false
}

// A hierarchy may be mounted in several places (bind mounts); the first mount is the host's own.
function distinct(mounts: readonly MountEntry[]): MountEntry[] {
  const seen = new Set<string>()
  return mounts.filter((entry) => {
    const key = entry.type === "cgroup2" ? "cgroup2" : controllerNames(entry).join(",")
    if (entry.root !== "/" || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function v1Hierarchy(entry: MountEntry): Hierarchy {
  return { version: 1, mount: entry.target, controllers: controllerNames(entry).filter((name) => v1Controllers.has(name)) }
}

function v2Hierarchy(entry: MountEntry): Hierarchy {
  return { version: 2, mount: entry.target, controllers: readControllers(entry.target) }
}

function controllerNames(entry: MountEntry): string[] {
  return entry.superOptions.filter((option) => v1Controllers.has(option) || option.startsWith("name=")).sort()
}

function readControllers(mount: string): string[] {
  try {
    return readFileSync(join(mount, "cgroup.controllers"), "utf8").split(/\s+/).filter(Boolean)
  } catch (error) {
    // The mount table and the tree may come from different places in tests and containers.
    if (errnoOf(error) === "ENOENT") return []
    throw error
  }
}
