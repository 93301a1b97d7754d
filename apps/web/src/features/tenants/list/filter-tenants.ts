import type { Tenant, TenantStatus } from "@plimsoll/server/contract"
import { headroom } from "../plan-use"

export const sortKeys = ["name", "status", "plan", "memory", "cpu", "disk", "containers", "headroom", "activity"] as const
export type SortKey = (typeof sortKeys)[number]

export const tenantStatuses = ["active", "suspended", "leaving"] as const satisfies readonly TenantStatus[]

/** Stands for "no plan" among plans' ids. */
export const NO_PLAN = "none"

export interface TenantFilter {
  text: string
  statuses: readonly TenantStatus[]
  /** Ids, or `NO_PLAN`. */
  plans: readonly string[]
  sort: SortKey
  descending: boolean
}

/** The tenants to show, in order. Each word must occur in name, title, plan or reason of suspension; letter case does not matter. */
export function filterTenants(tenants: readonly Tenant[], filter: TenantFilter): Tenant[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const direction = filter.descending ? -1 : 1
  return tenants
    .filter(
      (tenant) =>
        (filter.statuses.length === 0 || filter.statuses.includes(tenant.status)) &&
        (filter.plans.length === 0 || filter.plans.includes(tenant.plan?.id ?? NO_PLAN)) &&
        matches(tenant, words),
    )
    .sort((left, right) => direction * compare(left, right, filter.sort) || byName(left, right))
}

function matches({ name, title, plan, suspendReason }: Tenant, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const haystack = `${name}\n${title}\n${plan?.name ?? ""}\n${suspendReason ?? ""}`.toLowerCase()
  return words.every((word) => haystack.includes(word))
}

const names = new Intl.Collator("en", { numeric: true })
const byName = (left: Tenant, right: Tenant): number => names.compare(left.name, right.name)

function compare(left: Tenant, right: Tenant, sort: SortKey): number {
  switch (sort) {
    case "name":
      return byName(left, right)
    case "status":
      return tenantStatuses.indexOf(left.status) - tenantStatuses.indexOf(right.status) || (left.removeAt ?? 0) - (right.removeAt ?? 0)
    case "plan":
      return names.compare(left.plan?.name ?? "", right.plan?.name ?? "")
    case "memory":
      return left.used.memoryBytes - right.used.memoryBytes
    case "cpu":
      return left.used.cpuCores - right.used.cpuCores
    case "disk":
      return left.promisedDiskBytes - right.promisedDiskBytes
    case "containers":
      return left.counts.containers - right.counts.containers
    case "headroom":
      // Who has no plan has more room than anybody.
      return (headroom(left)?.left ?? 2) - (headroom(right)?.left ?? 2)
    case "activity":
      return (left.lastActivityAt ?? 0) - (right.lastActivityAt ?? 0)
  }
}
