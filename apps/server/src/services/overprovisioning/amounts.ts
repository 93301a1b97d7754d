import { loadLineResources, type ResourceName } from "../../contract/overprovisioning.js"
import { formatBytes } from "../admission/format-amount.js"

/** Memory and disk in bytes, CPU in cores, pids in processes. */
export type Amounts = Record<ResourceName, number>

/** What somebody is promised: at most, and of that even under pressure. */
export interface Promised {
  sold: Amounts
  guaranteed: Amounts
}

export function amountsOf(amount: (resource: ResourceName) => number): Amounts {
  return { memory: amount("memory"), cpu: amount("cpu"), disk: amount("disk"), pids: amount("pids") }
}

export function noAmounts(): Amounts {
  return amountsOf(() => 0)
}

export function sumAmounts(all: Iterable<Partial<Amounts>>): Amounts {
  const sum = noAmounts()
  for (const each of all) for (const resource of loadLineResources) sum[resource] += each[resource] ?? 0
  return sum
}

/** What of `after` is more than `before`; of a resource that shrinks nothing. */
function growthOf(before: Amounts, after: Amounts): Amounts {
  return amountsOf((resource) => Math.max(0, after[resource] - before[resource]))
}

/** What of the promise is more than it was. */
export function promiseGrowth(before: Promised, after: Promised): Promised {
  return { sold: growthOf(before.sold, after.sold), guaranteed: growthOf(before.guaranteed, after.guaranteed) }
}

export function sumPromised(all: readonly { sold?: Partial<Amounts>; guaranteed?: Partial<Amounts> }[]): Promised {
  return { sold: sumAmounts(all.map(({ sold = {} }) => sold)), guaranteed: sumAmounts(all.map(({ guaranteed = {} }) => guaranteed)) }
}

/** In the words of a refusal: “1.5 GiB”, “0.25 cores”, “400 processes”. */
export function formatAmount(resource: ResourceName, amount: number): string {
  if (resource === "cpu") return `${Math.floor(amount * 100) / 100} cores`
  if (resource === "pids") return `${Math.floor(amount)} processes`
  return formatBytes(Math.floor(amount))
}

/** What people call a resource. */
export const resourceNouns: Record<ResourceName, string> = { memory: "memory", cpu: "CPU", disk: "disk", pids: "processes" }
