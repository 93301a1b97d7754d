import type { ResourceName, SaleUse, SaleUses } from "../../contract/overprovisioning.js"
import { loadLineResources } from "../../contract/overprovisioning.js"
import { SLOTS_PER_DAY } from "../load-line/slots.js"
import type { Amounts } from "./amounts.js"
import type { PricedPlan } from "./plan-headroom.js"
import { type Sale, soldByPlan } from "./sales.js"
import type { UseBook } from "./use-book.js"

/** A better plan holds the peak with so much to spare. */
const SPARE = 1.1

export interface SaleUsesQuery {
  resource: ResourceName
  limit: number
  atMs: number
  sales: readonly Sale[]
  plans: readonly PricedPlan[]
  book: UseBook
  /** Now, by sale; absent: it does not run. */
  used: ReadonlyMap<string, Partial<Amounts>>
}

/** Who uses most and least of what they bought. What was not promised, or never seen, is in neither list of shares and comes last. */
export function saleUses(query: SaleUsesQuery): SaleUses {
  const { sales, resource, limit } = query
  const rows = sales
    .filter(({ kind, sold }) => (resource === "disk" ? sold.disk !== undefined : kind !== "volume"))
    .map((sale) => useOf(sale, query))
    .sort((a, b) => share(b) - share(a) || b.peak - a.peak || a.id.localeCompare(b.id))
  const promised = rows.filter(({ sold, historyDays }) => sold !== null && historyDays > 0)
  return { over: rows.slice(0, limit), under: promised.reverse().slice(0, limit) }
}

/** Of what was not promised any use is more than was bought; it stands below those that can be compared. */
function share({ sold, peak }: SaleUse): number {
  return sold === null || sold === 0 ? -1 : peak / sold
}

function useOf(sale: Sale, query: SaleUsesQuery): SaleUse {
  const { resource } = query
  const { key, kind, id, name, tenant, plan, sold } = sale
  const peaks = peaksOf(sale, query)
  return {
    kind,
    id,
    name,
    tenant,
    plan,
    resource,
    sold: sold[resource] ?? null,
    used: query.used.get(key)?.[resource] ?? 0,
    peak: peaks[resource] ?? 0,
    historyDays: historyDays(sale, query),
    betterPlan: betterPlan(sale, peaks, query),
  }
}

/** Of processes only those of now are known. */
function peaksOf({ key }: Sale, { book, used, atMs }: SaleUsesQuery): Partial<Amounts> {
  const now = used.get(key)
  const peak = (resource: Exclude<ResourceName, "pids">) => Math.max(book.ring(resource, key, atMs)?.peak ?? 0, now?.[resource] ?? 0)
  return { memory: peak("memory"), cpu: peak("cpu"), disk: peak("disk"), pids: now?.pids ?? 0 }
}

function historyDays({ key }: Sale, { resource, book, atMs }: SaleUsesQuery): number {
  const seen = book.ring(resource === "pids" ? "memory" : resource, key, atMs)?.seen ?? 0
  return seen / SLOTS_PER_DAY
}

/** The smallest that holds the peaks of all resources; `null` when it has that one, when none would, and for what was never seen. */
function betterPlan(sale: Sale, peaks: Partial<Amounts>, { plans, book, atMs }: SaleUsesQuery): SaleUse["betterPlan"] {
  if (sale.kind === "volume" || (book.ring("memory", sale.key, atMs)?.seen ?? 0) === 0) return null
  const holds = ({ terms }: PricedPlan) => {
    const given = soldByPlan(terms)
    return loadLineResources.every((resource) => (given[resource] ?? Number.POSITIVE_INFINITY) >= (peaks[resource] ?? 0) * SPARE)
  }
  const [smallest] = plans.filter(holds).sort((a, b) => size(a) - size(b) || a.terms.cpuMaxCores - b.terms.cpuMaxCores)
  return smallest === undefined || smallest.id === sale.plan?.id ? null : { id: smallest.id, name: smallest.name }
}

function size({ terms }: PricedPlan): number {
  return terms.memoryMaxBytes
}
