import { existsSync } from "node:fs"
import { join } from "node:path"
import { readControlFile, writeControlFile } from "../../kernel/control-file.js"
import type { Freezer } from "../freezer.js"
import type { Hierarchy } from "../hierarchy.js"
import { field } from "../stat-file.js"

/** cgroup.freeze on v2 (cgroup-v2.rst, Core Interface Files): asked for in one file, reached when cgroup.events says so. */
export function freezerV2(hierarchy: Hierarchy): Freezer {
  const file = (relativePath: string, name: string): string => join(hierarchy.mount, relativePath, name)
  return {
    group: (relativePath) => join(hierarchy.mount, relativePath),
    request: (relativePath, frozen) => writeControlFile(file(relativePath, "cgroup.freeze"), frozen ? "1" : "0"),
    reached: (relativePath, frozen) => {
      const events = readControlFile(file(relativePath, "cgroup.events"))
      // An empty group never reports itself frozen.
      return field(events, "populated") === 0 || field(events, "frozen") === (frozen ? 1 : 0)
    },
    requested: (relativePath) =>
      existsSync(file(relativePath, "cgroup.freeze")) && readControlFile(file(relativePath, "cgroup.freeze")) === "1",
  }
}
