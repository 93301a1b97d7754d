import { dirname, join } from "node:path"
import { readControlFile, writeControlFile } from "../../kernel/control-file.js"
import type { Controller, ControlWrite, LimitChange } from "../controller.js"
import { formatCpuList, parseCpuList } from "../cpu-list.js"
import type { Hierarchy } from "../hierarchy.js"
import { recallWanted } from "../wanted-value.js"

/**
 * cpuset on cgroup v1 (Documentation/admin-guide/cgroup-v1/cpusets.rst). A new group has no CPUs and takes no process until it is given
 * some, and a child must stay within its parent: so a group gets what it asked for of what its parent has.
 */
export function cpusetV1(hierarchy: Hierarchy): Controller {
  return {
    name: "cpuset",
    hierarchy,
    enforceability: () => ({ cpusetCpus: { enforceable: true }, cpusetMems: { enforceable: true } }),
    initialise,
    plan,
  }
}

const files = { cpusetCpus: "cpuset.cpus", cpusetMems: "cpuset.mems" } as const
type SetName = keyof typeof files

function initialise(group: string): void {
  for (const file of Object.values(files)) {
    if (readControlFile(join(group, file)) === "") writeControlFile(join(group, file), readControlFile(join(dirname(group), file)))
  }
}

function plan(group: string, change: LimitChange, children: readonly string[]): ControlWrite[] {
  return (Object.keys(files) as SetName[]).flatMap((limit) => planSet({ group, limit, wanted: change[limit], children }))
}

function planSet({
  group,
  limit,
  wanted,
  children,
}: {
  group: string
  limit: SetName
  wanted: string | null | undefined
  children: readonly string[]
}): ControlWrite[] {
  if (wanted === undefined) return []
  const before = read(group, limit)
  const parent = read(dirname(group), limit)
  const after = within(parent, wanted === null ? undefined : parseCpuList(wanted, limit))
  const refit = children.map((child) => setWrite(child, limit, within(after, wantedSet(child, limit))))
  // Widen to both, refit the children, narrow: at no moment has a child more than its parent.
  const widened = refit.length > 0 ? [setWrite(group, limit, [...new Set([...before, ...after])])] : []
  return [...widened, ...refit, { ...setWrite(group, limit, after), remember: { group, name: files[limit], value: wanted } }]
}

function setWrite(group: string, limit: SetName, numbers: readonly number[]): ControlWrite {
  return { limit, path: join(group, files[limit]), value: formatCpuList([...numbers].sort((a, b) => a - b)) }
}

// What was asked for, as far as the parent has it; nothing of it there: all that the parent has, as v2 does.
function within(parent: readonly number[], wanted: readonly number[] | undefined): readonly number[] {
  const both = wanted?.filter((number) => parent.includes(number)) ?? []
  return both.length > 0 ? both : parent
}

function wantedSet(group: string, limit: SetName): number[] | undefined {
  const kept = recallWanted(group, files[limit])
  return kept === undefined ? undefined : parseCpuList(kept, limit)
}

function read(group: string, limit: SetName): number[] {
  return parseCpuList(readControlFile(join(group, files[limit])), limit)
}
