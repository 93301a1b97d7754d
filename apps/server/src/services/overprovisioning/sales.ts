import type { ContainerSummary, ResourceLimits, VolumeSummary } from "@plimsoll/runtime"
import type { ResourceName } from "../../contract/overprovisioning.js"
import type { PlanTerms } from "../../contract/plans.js"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { type Amounts, type Promised, sumAmounts, sumPromised } from "./amounts.js"

/**
 * What was sold to somebody: a tenant's plan, whose containers share it; of everybody else each container by its own limits, and each volume with a
 * size. It counts whether it runs or not, since whoever bought it may start it at any moment.
 */
export interface Sale {
  /** `tenant:` and a name, `container:` and an id, or `volume:` and a name. */
  key: string
  kind: "tenant" | "container" | "volume"
  /** Name of a tenant or volume, or id of a container. */
  id: string
  name: string
  tenant: string
  plan: { id: string; name: string } | null
  /** A resource that is absent was not promised: it is best effort, and only its use counts. */
  sold: Partial<Amounts>
  guaranteed: Partial<Amounts>
}

export interface SoldObjects {
  /** Those with a plan. */
  tenants: Iterable<BookedTenant>
  containers: Iterable<Pick<ContainerSummary, "id" | "name" | "tenant" | "limits" | "diskBytes">>
  volumes: Iterable<Pick<VolumeSummary, "name" | "tenant" | "limit">>
}

export function listSales({ tenants, containers, volumes }: SoldObjects): Sale[] {
  const sales: Sale[] = []
  const withPlan = new Set<string>()
  for (const { name, title, plan } of tenants) {
    withPlan.add(name)
    const { id, name: planName, terms } = plan
    const guaranteed = guaranteedByPlan(terms)
    const sale = { key: `tenant:${name}`, kind: "tenant", id: name, name: title || name, tenant: name } as const
    sales.push({ ...sale, plan: { id, name: planName }, sold: soldByPlan(terms), guaranteed })
  }
  for (const { id, name, tenant, limits, diskBytes } of containers) {
    if (withPlan.has(tenant)) continue
    const sold = soldByLimits(limits, diskBytes)
    sales.push({ key: `container:${id}`, kind: "container", id, name, tenant, plan: null, sold, guaranteed: guaranteedByLimits(limits) })
  }
  for (const { name, tenant, limit } of volumes) {
    if (withPlan.has(tenant) || limit.kind === "none") continue
    sales.push({
      key: `volume:${name}`,
      kind: "volume",
      id: name,
      name,
      tenant,
      plan: null,
      sold: { disk: limit.sizeBytes },
      guaranteed: {},
    })
  }
  return sales
}

/** The key of the sale that a container's use belongs to. */
export function saleKeyOf({ id, tenant }: { id: string; tenant: string }, hasPlan: (tenant: string) => boolean): string {
  return hasPlan(tenant) ? `tenant:${tenant}` : `container:${id}`
}

/** A plan with no disk bounds none, and so promises none. */
export function soldByPlan({ memoryMaxBytes, cpuMaxCores, diskBytes, pidsMax }: PlanTerms): Partial<Amounts> {
  return { memory: memoryMaxBytes, cpu: cpuMaxCores, pids: pidsMax, ...(diskBytes > 0 && { disk: diskBytes }) }
}

export function guaranteedByPlan({ memoryGuaranteedBytes, cpuGuaranteedCores }: PlanTerms): Partial<Amounts> {
  return { memory: memoryGuaranteedBytes, cpu: cpuGuaranteedCores }
}

export function soldByLimits({ memoryMaxBytes, cpuMaxCores, pidsMax }: ResourceLimits, diskBytes: number | undefined): Partial<Amounts> {
  return {
    ...(memoryMaxBytes !== undefined && { memory: memoryMaxBytes }),
    ...(cpuMaxCores !== undefined && { cpu: cpuMaxCores }),
    ...(pidsMax !== undefined && { pids: pidsMax }),
    ...(diskBytes !== undefined && { disk: diskBytes }),
  }
}

/** What sales come to; best effort promises nothing. */
export function sumSold(sales: Iterable<Sale>): Amounts {
  return sumAmounts([...sales].map(({ sold }) => sold))
}

export function sumGuaranteed(sales: Iterable<Sale>): Amounts {
  return sumAmounts([...sales].map(({ guaranteed }) => guaranteed))
}

/** How many containers have no limit of the resource, so that nothing bounds what they take. Disks are looked at by the file system. */
export function countBestEffort(sales: readonly Sale[], resource: Exclude<ResourceName, "disk">): number {
  return sales.filter(({ kind, sold }) => kind === "container" && sold[resource] === undefined).length
}

/** What the tenants have now, with a plan or as the sum of their containers and volumes. */
export function promisedTo(sales: readonly Sale[], tenant: string): Promised {
  return sumPromised(sales.filter((sale) => sale.tenant === tenant))
}

/** Protected from reclaim: `memoryMinBytes` always, `memoryLowBytes` as far as the kernel can. */
export function guaranteedByLimits({ memoryMinBytes = 0, memoryLowBytes = 0 }: ResourceLimits): Partial<Amounts> {
  return { memory: Math.max(memoryMinBytes, memoryLowBytes) }
}
