import { existsSync } from "node:fs"
import { join } from "node:path"
import type { CgroupSample } from "../cgroup-driver.js"
import { Composition } from "../composition.js"
import type { Controller, ControlWrite, EnforceabilityTable, LimitChange, StatReader } from "../controller.js"
import type { Hierarchy } from "../hierarchy.js"
import type { Signs } from "../signs.js"
import { closeAll, field, StatFile } from "../stat-file.js"
import { planProtection, settleProtection } from "./memory-protection.js"
import { memoryReclaimV2 } from "./memory-reclaim.js"

/** memory on cgroup v2 (Documentation/admin-guide/cgroup-v2.rst, Memory). */
export function memoryV2(hierarchy: Hierarchy): Controller {
  return {
    name: "memory",
    hierarchy,
    enforceability,
    plan: (group, change) => plan(hierarchy.mount, group, change),
    settle: (group) => settleProtection(hierarchy.mount, group),
    openStats,
    reclaimer: memoryReclaimV2,
  }
}

const swapFile = "memory.swap.max"

function enforceability(sample: string | undefined): EnforceabilityTable {
  const accountsSwap = sample === undefined || existsSync(join(sample, swapFile))
  return {
    memoryMaxBytes: { enforceable: true },
    memoryHighBytes: { enforceable: true },
    memoryLowBytes: { enforceable: true },
    memoryMinBytes: { enforceable: true },
    swapMaxBytes: accountsSwap
      ? { enforceable: true }
      : { enforceable: false, reason: "The kernel does not account swap.", remedy: "Boot with swapaccount=1." },
  }
}

function plan(mount: string, group: string, change: LimitChange): ControlWrite[] {
  const { memoryMinBytes, memoryLowBytes, memoryHighBytes, memoryMaxBytes, swapMaxBytes } = change
  const writes: ControlWrite[] = []
  if (memoryHighBytes !== undefined)
    writes.push({ limit: "memoryHighBytes", path: join(group, "memory.high"), value: orMax(memoryHighBytes) })
  if (memoryMaxBytes !== undefined) writes.push(maximumWrite(group, memoryMaxBytes))
  if (swapMaxBytes !== undefined) writes.push({ limit: "swapMaxBytes", path: join(group, swapFile), value: orMax(swapMaxBytes) })
  if (memoryMinBytes !== undefined) writes.push(...planProtection({ mount, group, limit: "memoryMinBytes", bytes: memoryMinBytes }))
  if (memoryLowBytes !== undefined) writes.push(...planProtection({ mount, group, limit: "memoryLowBytes", bytes: memoryLowBytes }))
  return writes
}

function maximumWrite(group: string, bytes: number | null): ControlWrite {
  const write: ControlWrite = { limit: "memoryMaxBytes", path: join(group, "memory.max"), value: orMax(bytes) }
  return bytes === null
    ? write
    : { ...write, mustFit: { currentPath: join(group, "memory.current"), highPath: join(group, "memory.high"), bytes } }
}

function orMax(bytes: number | null): string {
  return bytes === null ? "max" : String(bytes)
}

function openStats(group: string, signs: Signs): StatReader {
  const open = (name: string) => StatFile.open(join(group, name))
  const [stat, charged, limit, swap, events] = [
    open("memory.stat"),
    open("memory.current"),
    open("memory.max"),
    open("memory.swap.current"),
    open("memory.events"),
  ]
  const composition = new Composition()
  const oomKills = signs.oomKills()
  return {
    pulse: () => composition.charge(charged?.number()),
    read: (draft, whole) => {
      if (composition.isDue(draft, whole)) {
        const text = stat?.text()
        if (text === undefined) return false
        const memory = { ...draft.memory, chargedBytes: composition.chargedBytes, swapBytes: swap?.number() ?? 0 }
        readMemoryStat(text, memory)
        memory.usedBytes += memory.swapBytes
        const maximum = whole ? limit?.number() : undefined
        if (maximum !== undefined) memory.maxBytes = maximum
        draft.memory = memory
      }
      if (oomKills.isDue(whole)) draft.memory = { ...draft.memory, oomKills: field(events?.text() ?? "", "oom_kill") ?? 0 }
      return true
    },
    close: () => closeAll([stat, charged, limit, swap, events]),
  }
}

/** Fills what memory.stat tells; `usedBytes` without swap. `kernel` came with Linux 5.18: before, its parts are summed. */
export function readMemoryStat(text: string, memory: CgroupSample["memory"]): void {
  memory.anonBytes = field(text, "anon") ?? 0
  memory.fileBytes = field(text, "file") ?? 0
  memory.shmemBytes = field(text, "shmem") ?? 0
  const parts = ["kernel_stack", "pagetables", "percpu", "sock", "slab"]
  memory.kernelBytes = field(text, "kernel") ?? parts.reduce((sum, name) => sum + (field(text, name) ?? 0), 0)
  memory.majorFaults = field(text, "pgmajfault") ?? 0
  memory.usedBytes = memory.anonBytes + memory.shmemBytes + Math.max(0, memory.kernelBytes - (field(text, "slab_reclaimable") ?? 0))
}
