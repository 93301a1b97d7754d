import { join } from "node:path"
import type { CgroupSample } from "../cgroup-driver.js"
import type { Controller, ControlWrite, LimitChange, StatReader } from "../controller.js"
import { cpuPeriodMicros, quotaMicros } from "../cpu-values.js"
import type { Hierarchy } from "../hierarchy.js"
import { field, StatFile } from "../stat-file.js"

/** cpu on cgroup v2 (cgroup-v2.rst, CPU). The kernel applies the smaller of a group's and its parents' bandwidth by itself. */
export function cpuV2(hierarchy: Hierarchy): Controller {
  return {
    name: "cpu",
    hierarchy,
    enforceability: () => ({ cpuMaxCores: { enforceable: true }, cpuWeight: { enforceable: true } }),
    plan,
    openStats,
  }
}

function plan(group: string, { cpuMaxCores, cpuWeight }: LimitChange): ControlWrite[] {
  const writes: ControlWrite[] = []
  if (cpuMaxCores !== undefined) {
    writes.push({
      limit: "cpuMaxCores",
      path: join(group, "cpu.max"),
      value: `${cpuMaxCores === null ? "max" : quotaMicros(cpuMaxCores)} ${cpuPeriodMicros}`,
    })
  }
  if (cpuWeight !== undefined) writes.push({ limit: "cpuWeight", path: join(group, "cpu.weight"), value: String(cpuWeight ?? 100) })
  return writes
}

function openStats(group: string): StatReader {
  const stat = StatFile.open(join(group, "cpu.stat"))
  let text: string | undefined
  return {
    pulse: () => {
      text = stat?.text()
      return text === undefined ? undefined : field(text, "usage_usec")
    },
    read: (draft) => {
      draft.cpu = readCpuStat(text ?? "")
      return true
    },
    close: () => stat?.close(),
  }
}

/** What cpu.stat tells. Periods and throttling are there only while the cpu controller is enabled for the group. */
function readCpuStat(text: string): CgroupSample["cpu"] {
  const cpu: CgroupSample["cpu"] = {
    usageMicros: field(text, "usage_usec") ?? 0,
    userMicros: field(text, "user_usec") ?? 0,
    systemMicros: field(text, "system_usec") ?? 0,
  }
  const periods = field(text, "nr_periods")
  if (periods === undefined) return cpu
  return { ...cpu, periods, throttledPeriods: field(text, "nr_throttled") ?? 0, throttledMicros: field(text, "throttled_usec") ?? 0 }
}
