import { readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import type { CgroupNode } from "../engine.js"
import { errnoOf } from "../errors.js"
import { readControlFile } from "../kernel/control-file.js"
import { pidsIn } from "./groups.js"
import { descendantGroups, type Hierarchy } from "./hierarchy.js"

const maximumBytes = 4096
/** Files that only take writes, that list what the node says anyway, or that a glance must not pay for. */
const skipped =
  /^(cgroup\.(procs|threads|kill|event_control|clone_children|sane_behavior)|tasks|release_agent|memory\.(reclaim|force_empty|pressure_level|numa_stat|kmem\.slabinfo)|blkio\.reset_stats|devices\.(allow|deny)|cpuacct\.usage_(all|percpu.*)|.*\.rsvd\..*)$/

/** The groups from the instance's top down to the container's inner ones, as the kernel has them now, files of all hierarchies in one node. */
export function readCgroupTree(path: string, hierarchies: readonly Hierarchy[]): CgroupNode[] {
  const tenant = dirname(path)
  return [
    readNode(dirname(tenant), "engine", hierarchies),
    readNode(tenant, "tenant", hierarchies),
    ...readContainerGroups(path, hierarchies),
  ]
}

/** The same of an engine that keeps all containers below one group (`/docker/<id>`). */
export function readFlatCgroupTree(path: string, hierarchies: readonly Hierarchy[]): CgroupNode[] {
  return [readNode(dirname(path), "engine", hierarchies), ...readContainerGroups(path, hierarchies)]
}

function readContainerGroups(path: string, hierarchies: readonly Hierarchy[]): CgroupNode[] {
  return [readNode(path, "container", hierarchies), ...innerPaths(path, hierarchies).map((inner) => readNode(inner, "inner", hierarchies))]
}

function innerPaths(path: string, hierarchies: readonly Hierarchy[]): string[] {
  return [
    ...new Set(hierarchies.flatMap(({ mount }) => descendantGroups(join(mount, path)).map((directory) => directory.slice(mount.length)))),
  ].sort()
}

function readNode(path: string, role: CgroupNode["role"], hierarchies: readonly Hierarchy[]): CgroupNode {
  const present = hierarchies
    .map(({ mount, controllers }) => ({ directory: join(mount, path), controllers, files: fileNames(join(mount, path)) }))
    .filter(({ files }) => files.length > 0)
  const files: Record<string, string> = {}
  for (const { directory, files: names } of present) for (const name of names) files[name] ??= content(join(directory, name))
  return {
    path,
    role,
    controllers: [...new Set(present.flatMap(({ controllers }) => controllers))].sort(),
    files,
    pids: [...new Set(present.flatMap(({ directory }) => pidsIn(directory)))].sort((a, b) => a - b),
  }
}

function fileNames(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() && !skipped.test(entry.name) ? [entry.name] : [],
    )
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return []
    throw error
  }
}

function content(path: string): string {
  try {
    return readControlFile(path, maximumBytes)
  } catch (error) {
    return `(not readable: ${errnoOf(error) ?? String(error)})`
  }
}
