import { join } from "node:path"
import { clockTicksPerSecond } from "../../kernel/host-facts.js"
import type { Controller, StatReader } from "../controller.js"
import type { Hierarchy } from "../hierarchy.js"
import { closeAll, field, StatFile } from "../stat-file.js"

/** cpuacct on cgroup v1: only accounts (Documentation/admin-guide/cgroup-v1/cpuacct.rst). Often one hierarchy with cpu, here and there one of its own. */
export function cpuacctV1(hierarchy: Hierarchy): Controller {
  return { name: "cpuacct", hierarchy, enforceability: () => ({}), plan: () => [], openStats }
}

function openStats(group: string): StatReader {
  const usage = StatFile.open(join(group, "cpuacct.usage"))
  const split = StatFile.open(join(group, "cpuacct.stat"))
  const tickMicros = 1_000_000 / clockTicksPerSecond
  let usageMicros = 0
  let splitAt = 0
  return {
    pulse: () => {
      const nanoseconds = usage?.number()
      if (nanoseconds !== undefined) usageMicros = Math.round(nanoseconds / 1000)
      return nanoseconds
    },
    read: (draft, whole) => {
      draft.cpu = { ...draft.cpu, usageMicros }
      // User and system time are told in whole ticks: with less than one more in all there is nothing new.
      if (!whole && usageMicros - splitAt < tickMicros) return true
      splitAt = usageMicros
      const text = split?.text() ?? ""
      draft.cpu.userMicros = (field(text, "user") ?? 0) * tickMicros
      draft.cpu.systemMicros = (field(text, "system") ?? 0) * tickMicros
      return true
    },
    close: () => closeAll([usage, split]),
  }
}
