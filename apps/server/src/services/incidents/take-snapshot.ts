import type { Subject } from "../ladder/subject.js"
import type { Sample } from "../live/sampler.js"
import type { Breach } from "./detect-breaches.js"

const TOP = 5

export interface Consumer {
  id: string
  name: string
  tenant: string
  /** Bytes, or cores. */
  amount: number
}

/** Who lost, and what: shares in percent of the last 10 s, faults per second. */
export interface Victim {
  id: string
  name: string
  tenant: string
  waitedForMemory?: number
  majorFaultsPerSecond?: number
  waitedForCpu?: number
  throttled?: number
}

/** Those who take the most of a resource, and those who lose the most by its shortage; five each, the most first. Pure. */
export function takeSnapshot(
  resource: Breach["resource"],
  {
    subjects,
    samples,
    faultsPerSecond,
  }: { subjects: readonly Subject[]; samples: ReadonlyMap<string, Sample>; faultsPerSecond: (subject: Subject) => number },
): { consumers: Consumer[]; victims: Victim[] } {
  const amountOf = (subject: Subject) => (resource === "memory" ? subject.residentBytes : (samples.get(subject.id)?.rates.cpuCores ?? 0))
  const lossOf = (subject: Subject) =>
    resource === "memory" ? memoryLoss(subject, faultsPerSecond(subject)) : cpuLoss(samples.get(subject.id))
  return {
    consumers: highest(subjects, amountOf).map(({ subject, weight }) => ({ ...named(subject), amount: round(weight) })),
    victims: highest(subjects, (subject) => Math.max(0, ...Object.values(lossOf(subject)))).map(({ subject }) => ({
      ...named(subject),
      ...lossOf(subject),
    })),
  }
}

function memoryLoss({ memoryStall }: Subject, faults: number): Pick<Victim, "waitedForMemory" | "majorFaultsPerSecond"> {
  return { ...(memoryStall !== null && { waitedForMemory: round(memoryStall) }), majorFaultsPerSecond: round(faults) }
}

function cpuLoss(sample: Sample | undefined): Pick<Victim, "waitedForCpu" | "throttled"> {
  const waited = sample?.stats.pressure?.cpu?.some.avg10
  const throttled = sample?.rates.cpuThrottledShare ?? null
  return { ...(waited !== undefined && { waitedForCpu: round(waited) }), ...(throttled !== null && { throttled: round(throttled * 100) }) }
}

function highest(subjects: readonly Subject[], weightOf: (subject: Subject) => number) {
  return subjects
    .map((subject) => ({ subject, weight: weightOf(subject) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, TOP)
}

function named({ id, name, tenant }: Subject) {
  return { id, name, tenant }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
