import type { LineRemark, MemoryMakeup, OverprovisioningNow, ResourceLine } from "../../contract/overprovisioning.js"
import type { Shortage } from "../../contract/reasons.js"
import { FALLBACK_DAYS } from "../load-line/load-line.js"
import { formatAmount, resourceNouns } from "./amounts.js"
import { type Capacity, unreadable } from "./capacity.js"
import type { Shrinkage } from "./capacity-watch.js"
import { countBestEffort, type Sale } from "./sales.js"

export interface RemarkFacts {
  lines: readonly ResourceLine[]
  capacity: Capacity
  shrunk: readonly Shrinkage[]
  sales: readonly Sale[]
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

function* capacityRemarks({ capacity, shrunk, lines }: RemarkFacts): Generator<TextedRemark, void, void> {
  for (const resource of unreadable(capacity))
    yield {
      text: `How much ${resourceNouns[resource]} this machine has could not be read: nothing more of it is sold.`,
      facts: { code: "unreadable", resource },
    }
  for (const { resource, before, now } of shrunk)
    yield {
      text: `This machine's ${resourceNouns[resource]} shrank from ${formatAmount(resource, before)} to ${formatAmount(resource, now)}. Nothing was stopped for it.`,
      facts: { code: "shrank", resource, before, now },
    }
  for (const { resource, headroom } of lines)
    if (headroom < 0 && capacity[resource] !== null)
      yield {
        text: `More ${resourceNouns[resource]} was sold than the load line allows: ${formatAmount(resource, -headroom)} too much.`,
        facts: { code: "oversold", resource, tooMuch: -headroom },
      }
}

function* saleRemarks({ selling, shortage, lines, sales }: RemarkFacts): Generator<TextedRemark, void, void> {
  if (selling.stopped)
    yield { text: `Selling is stopped${selling.why ? `: ${selling.why}` : ""}.`, facts: { code: "selling-stopped", why: shortage } }
  const days = Math.min(...lines.filter(({ resource }) => resource === "memory" || resource === "cpu").map((line) => line.historyDays))
  if (days < FALLBACK_DAYS)
    yield {
      text: `This machine was watched for ${days.toFixed(1)} of the ${FALLBACK_DAYS} days that a prediction needs: until then a fixed ratio bounds what may be sold.`,
      facts: { code: "little-history", days, neededDays: FALLBACK_DAYS },
    }
  const [memory, cpu] = [countBestEffort(sales, "memory"), countBestEffort(sales, "cpu")]
  if (memory > 0)
    yield {
      text: `${containers(memory)} no memory limit: nothing was promised to ${memory === 1 ? "it" : "them"}, and nothing bounds what ${memory === 1 ? "it takes" : "they take"}.`,
      facts: { code: "no-memory-limit", containers: memory },
    }
  if (cpu > 0) yield { text: `${containers(cpu)} no CPU limit.`, facts: { code: "no-cpu-limit", containers: cpu } }
}

function* kernelRemarks({ memory, pressure, hostOwnMemoryBytes, lines }: RemarkFacts): Generator<TextedRemark, void, void> {
  if (memory.swap.totalBytes === 0)
    yield {
      text: "There is no swap: memory that lies idle cannot be pushed out, and naps give nothing back.",
      facts: { code: "no-swap" },
    }
  if (pressure.memory === null) yield { text: "This kernel does not tell pressure (PSI).", facts: { code: "no-pressure" } }
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
