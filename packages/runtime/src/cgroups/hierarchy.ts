import { readdirSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../errors.js"

/** One mounted cgroup tree. */
export interface Hierarchy {
  version: 1 | 2
  /** Where it is mounted, for example `/sys/fs/cgroup/memory`. */
  mount: string
  /** Controllers it holds; empty for a v1 hierarchy that only names groups (`name=systemd`). */
  controllers: string[]
}

export interface CgroupLayout {
  version: "v1" | "v2" | "hybrid" | "none"
  v1: Hierarchy[]
  unified: Hierarchy | undefined
}

/** Every hierarchy in which a container has a group. */
export function allHierarchies(layout: CgroupLayout): Hierarchy[] {
  return layout.unified === undefined ? layout.v1 : [...layout.v1, layout.unified]
}

/** Names of the groups directly below a group; empty when it does not exist. */
export function childGroups(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return []
    throw error
  }
}

/** All groups below a group, innermost first (the order of removal), without itself. */
export function descendantGroups(directory: string): string[] {
  return childGroups(directory).flatMap((name) => [...descendantGroups(join(directory, name)), join(directory, name)])
}
