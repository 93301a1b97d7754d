import { existsSync } from "node:fs"
import { join } from "node:path"
import { EngineError } from "../../errors.js"
import { readControlFile, writeControlFile } from "../../kernel/control-file.js"
import type { CgroupSample } from "../cgroup-driver.js"
import { Composition } from "../composition.js"
import type { Controller, ControlWrite, EnforceabilityTable, LimitChange, StatReader } from "../controller.js"
import type { Hierarchy } from "../hierarchy.js"
import type { Signs } from "../signs.js"
import { closeAll, field, StatFile } from "../stat-file.js"
import { memoryReclaimV1 } from "./memory-reclaim.js"

/** memory on cgroup v1 (Documentation/admin-guide/cgroup-v1/memory.rst). Swap is limited only as the sum memory + swap (memsw). */
export function memoryV1(hierarchy: Hierarchy): Controller {
  return { name: "memory", hierarchy, enforceability, initialise: accountHierarchically, plan, openStats, reclaimer: () => memoryReclaimV1 }
}

const files = { limit: "memory.limit_in_bytes", sum: "memory.memsw.limit_in_bytes" }
const onlyV2 = "cgroup v1 has no such control."
const remedyV2 = "Boot with systemd.unified_cgroup_hierarchy=1 (cgroup v2)."

function enforceability(sample: string | undefined): EnforceabilityTable {
  const accountsSwap = sample === undefined || existsSync(join(sample, files.sum))
  return {
    memoryMaxBytes: { enforceable: true },
    memoryHighBytes: { enforceable: false, reason: onlyV2, remedy: remedyV2 },
    memoryLowBytes: {
      enforceable: false,
      reason: "cgroup v1 has only a hint (soft_limit_in_bytes), which protects nothing.",
      remedy: remedyV2,
    },
    memoryMinBytes: { enforceable: false, reason: onlyV2, remedy: remedyV2 },
    swapMaxBytes: accountsSwap
      ? { enforceable: true, reason: "cgroup v1 limits memory and swap as one sum, so memoryMaxBytes must be set too." }
      : { enforceable: false, reason: "The kernel does not account swap.", remedy: "Boot with swapaccount=1." },
  }
}

// Before Linux 5.11 a group did not count its children unless told so.
function accountHierarchically(group: string): void {
  const path = join(group, "memory.use_hierarchy")
  if (existsSync(path) && readControlFile(path) === "0") writeControlFile(path, "1")
}

interface MemoryState {
  limit: number
  /** Infinity: swap is not limited. */
  swap: number
}

function plan(group: string, change: LimitChange): ControlWrite[] {
  if (change.memoryMaxBytes === undefined && change.swapMaxBytes === undefined) return []
  const accountsSwap = existsSync(join(group, files.sum))
  const limitBefore = readBytes(join(group, files.limit))
  const sumBefore = accountsSwap ? readBytes(join(group, files.sum)) : Number.POSITIVE_INFINITY
  const after = newState({ limit: limitBefore, swap: swapOf(limitBefore, sumBefore) }, change)
  const limitWrite: ControlWrite = { limit: "memoryMaxBytes", path: join(group, files.limit), value: asBytes(after.limit) }
  if (!accountsSwap) return [limitWrite]
  const sumAfter = after.limit + after.swap
  // With swap on the host memory alone fits by being pushed out: then it is the sum that says no, to whoever asked for less memory.
  const asked = change.swapMaxBytes === undefined ? "memoryMaxBytes" : "swapMaxBytes"
  const sumWrite: ControlWrite = { limit: asked, path: join(group, files.sum), value: asBytes(sumAfter) }
  if (sumAfter === sumBefore) return [limitWrite]
  // The kernel holds limit ≤ sum at every moment.
  return sumAfter > sumBefore ? [sumWrite, limitWrite] : [limitWrite, sumWrite]
}

function newState(before: MemoryState, change: LimitChange): MemoryState {
  const limit = change.memoryMaxBytes === undefined ? before.limit : (change.memoryMaxBytes ?? Number.POSITIVE_INFINITY)
  const swap = change.swapMaxBytes === undefined ? before.swap : (change.swapMaxBytes ?? Number.POSITIVE_INFINITY)
  if (swap !== Number.POSITIVE_INFINITY && limit === Number.POSITIVE_INFINITY) throw swapAlone()
  return { limit, swap }
}

/** The refusal of a swap limit without a memory limit, which v1 cannot express. */
export function swapAlone(): EngineError {
  return new EngineError("limit_unsupported", {
    facts: { limit: "swapMaxBytes", cgroup: "v1" },
    publicMessage: "On cgroup v1 swap is limited only together with memory: set memoryMaxBytes beside swapMaxBytes, or lift both.",
  })
}

function swapOf(limit: number, sum: number): number {
  return sum === Number.POSITIVE_INFINITY ? sum : sum - limit
}

// "No limit" is the largest page-aligned signed number (PAGE_COUNTER_MAX).
function readBytes(path: string): number {
  const bytes = Number(readControlFile(path))
  return bytes > 9e18 ? Number.POSITIVE_INFINITY : bytes
}

function asBytes(bytes: number): string {
  return bytes === Number.POSITIVE_INFINITY ? "-1" : String(bytes)
}

function openStats(group: string, signs: Signs): StatReader {
  const open = (name: string) => StatFile.open(join(group, name))
  const [stat, charged, limit, kernel, oom] = [
    open("memory.stat"),
    open("memory.usage_in_bytes"),
    open(files.limit),
    open("memory.kmem.usage_in_bytes"),
    open("memory.oom_control"),
  ]
  const composition = new Composition()
  const oomKills = signs.oomKills()
  return {
    pulse: () => composition.charge(charged?.number()),
    read: (draft, whole) => {
      if (composition.isDue(draft, whole)) {
        const text = stat?.text()
        if (text === undefined) return false
        draft.memory = { ...draft.memory, chargedBytes: composition.chargedBytes, ...readFigures(text, kernel?.number() ?? 0) }
        const maximum = whole ? limit?.number() : undefined
        if (maximum !== undefined && maximum < 9e18) draft.memory.maxBytes = maximum
      }
      if (oomKills.isDue(whole)) draft.memory = { ...draft.memory, oomKills: field(oom?.text() ?? "", "oom_kill") ?? 0 }
      return true
    },
    close: () => closeAll([stat, charged, limit, kernel, oom]),
  }
}

function readFigures(text: string, kernelBytes: number): Partial<CgroupSample["memory"]> {
  const anonBytes = field(text, "total_rss") ?? 0
  const shmemBytes = field(text, "total_shmem") ?? 0
  const swapBytes = field(text, "total_swap") ?? 0
  return {
    // v1 does not tell reclaimable kernel memory apart; counting all of it errs on the safe side.
    usedBytes: anonBytes + shmemBytes + kernelBytes + swapBytes,
    anonBytes,
    fileBytes: field(text, "total_cache") ?? 0,
    shmemBytes,
    kernelBytes,
    swapBytes,
    majorFaults: field(text, "total_pgmajfault") ?? 0,
  }
}
