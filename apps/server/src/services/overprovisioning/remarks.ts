import type { LineRemark, MemoryMakeup, OverprovisioningNow, ResourceLine } from "../../contract/overprovisioning.js"
import type { Shortage } from "../../contract/reasons.js"
import { FALLBACK_DAYS } from "../load-line/load-line.js"
import { formatAmount, resourceNouns } from "./amounts.js"
import type { Capacity, CapacityFaults } from "./capacity.js"
import { type Shrinkage, shrinkWords } from "./capacity-watch.js"
import { countBestEffort, type Sale } from "./sales.js"

/** Starts of the server, and updates. */
const HARDLY_A_GAP = 0.95

export interface RemarkFacts {
  lines: readonly ResourceLine[]
  capacity: Capacity
  faults: CapacityFaults
  /** How much of the time of the history was really seen, 0–1. */
  seenShare: number
  /** How many rings of use in the database could not be read at the start. */
  unreadableRings: number
  shrunk: readonly Shrinkage[]
  sales: readonly Sale[]
  /** Absent: it could not be measured lately. */
  used: unknown
  memory: MemoryMakeup
  pressure: OverprovisioningNow["pressure"]
  /** Use that is neither a container's nor could be dropped; `null`: not known. */
  hostOwnMemoryBytes: number | null
  selling: { stopped: boolean; why: string | null }
  shortage: Shortage | null
}

/** A remark in English words, and what they say. */
export interface TextedRemark {
  text: string
  facts: LineRemark
}

/** What an operator should know, the worst first. */
export function remarksOf(facts: RemarkFacts): TextedRemark[] {
  return [...capacityRemarks(facts), ...saleRemarks(facts), ...kernelRemarks(facts)]
}

function* capacityRemarks({ capacity, faults, shrunk, lines }: RemarkFacts): Generator<TextedRemark, void, void> {
  for (const { why, facts } of Object.values(faults)) yield { text: `${why}: nothing more of it is sold.`, facts }
  for (const shrinkage of shrunk)
    yield { text: `${shrinkWords(shrinkage)} Nothing was stopped for it.`, facts: { code: "shrank", ...shrinkage } }
  for (const { resource, headroom } of lines)
    if (headroom < 0 && capacity[resource] !== null)
      yield {
        text: `More ${resourceNouns[resource]} was sold than the load line allows: ${formatAmount(resource, -headroom)} too much.`,
        facts: { code: "oversold", resource, tooMuch: -headroom },
      }
  for (const { resource, guaranteed, allocatable } of lines)
    if (guaranteed > allocatable && capacity[resource] !== null)
      yield {
        text: `More ${resourceNouns[resource]} is guaranteed than there is: ${formatAmount(resource, guaranteed)}, of ${formatAmount(resource, allocatable)} that can be given. It cannot be kept if all take it at once.`,
        facts: { code: "guaranteed-too-much", resource, guaranteed, allocatable },
      }
}

function* saleRemarks(facts: RemarkFacts): Generator<TextedRemark, void, void> {
  const { selling, shortage, sales } = facts
  if (selling.stopped)
    yield { text: `Selling is stopped${selling.why ? `: ${selling.why}` : ""}.`, facts: { code: "selling-stopped", why: shortage } }
  yield* historyRemarks(facts)
  const [memory, cpu] = [countBestEffort(sales, "memory"), countBestEffort(sales, "cpu")]
  if (memory > 0)
    yield {
      text: `${containers(memory)} no memory limit: nothing was promised to ${memory === 1 ? "it" : "them"}, and nothing bounds what ${memory === 1 ? "it takes" : "they take"}.`,
      facts: { code: "no-memory-limit", containers: memory },
    }
  if (cpu > 0) yield { text: `${containers(cpu)} no CPU limit.`, facts: { code: "no-cpu-limit", containers: cpu } }
}

function* historyRemarks({ lines, seenShare, unreadableRings }: RemarkFacts): Generator<TextedRemark, void, void> {
  const days = Math.min(...lines.filter(({ resource }) => resource === "memory" || resource === "cpu").map((line) => line.historyDays))
  if (days < FALLBACK_DAYS)
    yield {
      text: `This machine was watched for ${days.toFixed(1)} of the ${FALLBACK_DAYS} days that a prediction needs: until then a fixed ratio bounds what may be sold.`,
      facts: { code: "little-history", days, neededDays: FALLBACK_DAYS },
    }
  if (seenShare < HARDLY_A_GAP)
    yield {
      text: `Of the history of use ${Math.round((1 - seenShare) * 100)} % are gaps: what was used in them is not known, and nothing is put in its place.`,
      facts: { code: "gaps", share: 1 - seenShare },
    }
  if (unreadableRings > 0)
    yield {
      text: `Of the history of use ${unreadableRings === 1 ? "one part" : `${unreadableRings} parts`} could not be read at the last start: what it was of counts as never seen. The server's log says which.`,
      facts: { code: "unreadable-history", parts: unreadableRings },
    }
}

function* kernelRemarks({ used, memory, pressure, hostOwnMemoryBytes, lines }: RemarkFacts): Generator<TextedRemark, void, void> {
  if (used === undefined)
    yield {
      text: "What containers use is not known: they could not be measured in the last ten seconds. The ladder takes no step until they can.",
      facts: { code: "not-measured" },
    }
  if (memory.swap.totalBytes === 0)
    yield {
      text: "There is no swap: memory that lies idle cannot be pushed out, and naps give nothing back.",
      facts: { code: "no-swap" },
    }
  if (pressure.memory === null)
    yield { text: "This kernel does not tell pressure (PSI): the ladder goes by use alone.", facts: { code: "no-pressure" } }
  const reserve = lines.find(({ resource }) => resource === "memory")?.reserve ?? 0
  if (hostOwnMemoryBytes !== null && hostOwnMemoryBytes > reserve)
    yield {
      text: `What is no container's takes ${formatAmount("memory", hostOwnMemoryBytes)} of memory, more than the ${formatAmount("memory", reserve)} that are kept for it. Raise the reserve.`,
      facts: { code: "reserve-passed", usedBytes: hostOwnMemoryBytes, reservedBytes: reserve },
    }
}

function containers(count: number): string {
  return count === 1 ? "One container has" : `${count} containers have`
}
