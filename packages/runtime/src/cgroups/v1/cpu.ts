import { dirname, join } from "node:path"
import { readControlFile } from "../../kernel/control-file.js"
import type { Controller, ControlWrite, EnforceabilityTable, LimitChange, StatReader } from "../controller.js"
import { cpuPeriodMicros, quotaMicros, sharesOfWeight } from "../cpu-values.js"
import type { Hierarchy } from "../hierarchy.js"
import { closeAll, field, StatFile } from "../stat-file.js"
import { recallWanted } from "../wanted-value.js"

/**
 * cpu on cgroup v1 (Documentation/scheduler/sched-bwc.rst). The kernel refuses a group more than its parent has, so a container gets
 * the smaller of what it asked for and what its tenant has (which is all it could use anyway); what it asked for is kept with the group and
 * comes into force when the tenant's grows.
 */
export function cpuV1(hierarchy: Hierarchy): Controller {
  return { name: "cpu", hierarchy, enforceability, plan, openStats }
}

const quotaFile = "cpu.cfs_quota_us"
const wantedName = "cpu-quota"

function enforceability(): EnforceabilityTable {
  return { cpuMaxCores: { enforceable: true }, cpuWeight: { enforceable: true } }
}

function plan(group: string, change: LimitChange, children: readonly string[]): ControlWrite[] {
  return [...planQuota(group, change.cpuMaxCores, children), ...planShares(group, change.cpuWeight)]
}

function planQuota(group: string, cores: number | null | undefined, children: readonly string[]): ControlWrite[] {
  if (cores === undefined) return []
  const before = readQuota(group)
  const wanted = cores === null ? Number.POSITIVE_INFINITY : quotaMicros(cores)
  const after = Math.min(wanted, readQuota(dirname(group)))
  const refit = children.flatMap((child) => {
    const childWanted = wantedQuota(child)
    return childWanted === Number.POSITIVE_INFINITY ? [] : [quotaWrite(child, Math.min(childWanted, after))]
  })
  // Widen, refit the children, narrow: at no moment has a child more than its parent.
  const widened = refit.length > 0 && after > before ? [quotaWrite(group, after)] : []
  const remember = { group, name: wantedName, value: wanted === Number.POSITIVE_INFINITY ? null : String(wanted) }
  return [periodWrite(group), ...widened, ...refit, { ...quotaWrite(group, after), remember }]
}

function planShares(group: string, weight: number | null | undefined): ControlWrite[] {
  if (weight === undefined) return []
  return [{ limit: "cpuWeight", path: join(group, "cpu.shares"), value: String(sharesOfWeight(weight ?? 100)) }]
}

function periodWrite(group: string): ControlWrite {
  return { limit: "cpuMaxCores", path: join(group, "cpu.cfs_period_us"), value: String(cpuPeriodMicros) }
}

function quotaWrite(group: string, quota: number): ControlWrite {
  return { limit: "cpuMaxCores", path: join(group, quotaFile), value: quota === Number.POSITIVE_INFINITY ? "-1" : String(quota) }
}

function wantedQuota(group: string): number {
  const kept = recallWanted(group, wantedName)
  return kept === undefined ? readQuota(group) : Number(kept)
}

function readQuota(group: string): number {
  const quota = Number(readControlFile(join(group, quotaFile)))
  return quota < 0 ? Number.POSITIVE_INFINITY : quota
}

function openStats(group: string): StatReader {
  const stat = StatFile.open(join(group, "cpu.stat"))
  const quota = StatFile.open(join(group, quotaFile))
  let limited = true
  return {
    read: (draft, whole) => {
      // Without a quota (-1) no period is counted.
      if (whole) limited = quota?.number() !== undefined
      else if (!limited) return true
      const text = stat?.text()
      if (text === undefined) return false
      draft.cpu = {
        ...draft.cpu,
        periods: field(text, "nr_periods") ?? 0,
        throttledPeriods: field(text, "nr_throttled") ?? 0,
        throttledMicros: Math.round((field(text, "throttled_time") ?? 0) / 1000),
      }
      return true
    },
    close: () => closeAll([stat, quota]),
  }
}
