import { join } from "node:path"
import type { Controller, ControlWrite, LimitChange, StatReader } from "./controller.js"
import type { Hierarchy } from "./hierarchy.js"
import { closeAll, StatFile } from "./stat-file.js"

/** pids: the same files in v1 and v2 (Documentation/admin-guide/cgroup-v1/pids.rst; cgroup-v2.rst, PID). */
export function pidsController(hierarchy: Hierarchy): Controller {
  return { name: "pids", hierarchy, enforceability: () => ({ pidsMax: { enforceable: true } }), plan, openStats }
}

function plan(group: string, { pidsMax }: LimitChange): ControlWrite[] {
  return pidsMax === undefined
    ? []
    : [{ limit: "pidsMax", path: join(group, "pids.max"), value: pidsMax === null ? "max" : String(pidsMax) }]
}

function openStats(group: string): StatReader {
  const current = StatFile.open(join(group, "pids.current"))
  const maximum = StatFile.open(join(group, "pids.max"))
  return {
    read: (draft, whole) => {
      const count = current?.number()
      if (count === undefined) return false
      if (!whole && count === draft.pids.current) return true
      const limit = whole ? maximum?.number() : draft.pids.max
      draft.pids = limit === undefined ? { current: count } : { current: count, max: limit }
      return true
    },
    close: () => closeAll([current, maximum]),
  }
}
