import { join } from "node:path"
import { readControlFile } from "../../kernel/control-file.js"
import type { Controller, ControlWrite, LimitChange } from "../controller.js"
import { formatCpuList, parseCpuList } from "../cpu-list.js"
import type { Hierarchy } from "../hierarchy.js"

/**
 * cpuset on cgroup v2 (cgroup-v2.rst, Cpuset). The kernel fits children into their parents by itself. Empty means "as the parent", but
 * a group that was given a list and has processes takes no empty one back (ENOSPC): lifting writes all there are.
 */
export function cpusetV2(hierarchy: Hierarchy): Controller {
  return {
    name: "cpuset",
    hierarchy,
    enforceability: () => ({ cpusetCpus: { enforceable: true }, cpusetMems: { enforceable: true } }),
    plan: (group, change) => plan(group, change, hierarchy.mount),
  }
}

const files = { cpusetCpus: "cpuset.cpus", cpusetMems: "cpuset.mems" } as const

function plan(group: string, change: LimitChange, mount: string): ControlWrite[] {
  return (Object.keys(files) as (keyof typeof files)[]).flatMap((limit): ControlWrite[] => {
    const wanted = change[limit]
    if (wanted === undefined) return []
    const path = join(group, files[limit])
    if (wanted === null && readControlFile(path) === "") return []
    const all = readControlFile(join(mount, `${files[limit]}.effective`))
    return [{ limit, path, value: wanted === null ? all : formatCpuList(parseCpuList(wanted, limit)), undo: (before) => before || all }]
  })
}
