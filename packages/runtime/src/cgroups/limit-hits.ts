import { join } from "node:path"
import { errnoOf } from "../errors.js"
import { readControlFile } from "../kernel/control-file.js"
import type { Controller } from "./controller.js"
import { field } from "./stat-file.js"

/**
 * How often a group's own limit of memory was reached, not one of a group below: v2 `max` of memory.events.local, v1 memory.failcnt. Undefined where the kernel does not tell it, or there is no such
 * group.
 */
export function readLimitHits(controllers: readonly Controller[], path: string): number | undefined {
  const hierarchy = controllers.find(({ name }) => name === "memory")?.hierarchy
  if (hierarchy === undefined) return undefined
  const group = join(hierarchy.mount, path)
  try {
    return hierarchy.version === 2
      ? field(readControlFile(join(group, "memory.events.local")), "max")
      : Number(readControlFile(join(group, "memory.failcnt")))
  } catch (error) {
    if (["ENOENT", "ENODEV"].includes(errnoOf(error) ?? "")) return undefined
    throw error
  }
}
