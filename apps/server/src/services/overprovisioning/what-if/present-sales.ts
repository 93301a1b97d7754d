import type { ContainerRow } from "../../../contract/containers.js"
import type { ResourceName } from "../../../contract/overprovisioning.js"
import type { Subject } from "../../metrics/subjects.js"
import type { BookedTenant } from "../../tenants/tenant-book.js"

/** Who was promised something: a tenant with a plan, or a container that belongs to no plan. */
export interface PresentSale {
  /** Under which its figures are kept. */
  subject: Subject
  /** What it bought, by resource; 0: nothing was promised. */
  limits: Record<ResourceName, number>
}

/** The sales of this machine, tenants first. */
export function presentSales(tenants: readonly BookedTenant[], rows: readonly ContainerRow[]): PresentSale[] {
  const withPlan = new Set(tenants.map(({ name }) => name))
  return [
    ...tenants.map(({ name, plan: { terms } }) => ({
      subject: { scope: "tenant" as const, key: name },
      limits: { memory: terms.memoryMaxBytes, cpu: terms.cpuMaxCores, disk: terms.diskBytes, pids: terms.pidsMax },
    })),
    ...rows
      .filter(({ tenant }) => !withPlan.has(tenant))
      .map(({ id, limits, diskBytes }) => ({
        subject: { scope: "container" as const, key: id },
        limits: {
          memory: limits.memoryMaxBytes ?? 0,
          cpu: limits.cpuMaxCores ?? 0,
          disk: diskBytes ?? 0,
          pids: limits.pidsMax ?? 0,
        },
      })),
  ]
}
