import { existsSync } from "node:fs"
import { join } from "node:path"
import { readControlFile, writeControlFile } from "../../kernel/control-file.js"
import type { Freezer } from "../freezer.js"
import type { Hierarchy } from "../hierarchy.js"

/**
 * freezer on cgroup v1 (Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst). A process that forks while the kernel walks the group
 * can leave it FREEZING for ever; writing again takes the newcomers in.
 */
export function freezerV1(hierarchy: Hierarchy): Freezer {
  const state = (relativePath: string): string => join(hierarchy.mount, relativePath, "freezer.state")
  return {
    group: (relativePath) => join(hierarchy.mount, relativePath),
    request: (relativePath, frozen) => writeControlFile(state(relativePath), frozen ? "FROZEN" : "THAWED"),
    reached: (relativePath, frozen) => {
      const now = readControlFile(state(relativePath))
      if (frozen && now === "FREEZING") writeControlFile(state(relativePath), "FROZEN")
      return now === (frozen ? "FROZEN" : "THAWED")
    },
    requested: (relativePath) => existsSync(state(relativePath)) && readControlFile(state(relativePath)) !== "THAWED",
  }
}
