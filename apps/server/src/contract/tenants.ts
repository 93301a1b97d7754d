import { z } from "zod"
import { bounds } from "./bounds.js"
import { overrule } from "./containers.js"
import type { PlanTerms } from "./plans.js"
import { planId } from "./plans.js"
import { tenantName } from "./primitives.js"

const DAY_MS = 86_400_000

export const tenantInput = z.object({ tenant: tenantName })
const title = z.string().trim().max(bounds.titleLength)

export const createTenantInput = z.object({
  tenant: tenantName,
  title: title.default(""),
  plan: planId,
  overrule: overrule.exactOptional(),
})
/** Another plan applies at once, or is refused as `limit_below_usage` with what is in the way. */
export const changeTenantInput = tenantInput.extend({
  title: title.exactOptional(),
  plan: planId.exactOptional(),
  overrule: overrule.exactOptional(),
})
export const suspendTenantInput = tenantInput.extend({ reason: z.string().trim().max(bounds.reasonLength).default("") })
/** It is suspended now and goes, with all that is its own, when the grace time is over. `graceMs` absent: seven days. */
export const removeTenantInput = tenantInput.extend({
  graceMs: z
    .number()
    .int()
    .min(0)
    .max(365 * DAY_MS)
    .default(7 * DAY_MS),
})

/** `leaving`: suspended, and removed at `removeAt`. */
export type TenantStatus = "active" | "suspended" | "leaving"

/** Units of `PlanTerms`. */
export interface ResourceFigures {
  memoryBytes: number
  cpuCores: number
  diskBytes: number
  pids: number
}

export interface TenantCounts {
  containers: number
  runningContainers: number
  volumes: number
  networks: number
  publicPorts: number
  tokens: number
  members: number
}

export interface Tenant {
  name: string
  /** What people call it; empty: its name. */
  title: string
  status: TenantStatus
  /** `null`: none, nothing is limited (tenants that were there before plans, and the operator's own). */
  plan: { id: string; name: string; terms: PlanTerms } | null
  createdAt: number | null
  suspendedAt: number | null
  suspendReason: string | null
  removeAt: number | null
  /** What its plan promises at most, and even under pressure; `null` without a plan. */
  sold: ResourceFigures | null
  guaranteed: Pick<ResourceFigures, "memoryBytes" | "cpuCores"> | null
  /** Now. Disk: what its disks and volumes take of the host's. */
  used: ResourceFigures
  /** Sum of the sizes of its disks and volumes that have one. */
  promisedDiskBytes: number
  counts: TenantCounts
  /** Of its members and tokens, and of its containers' events. */
  lastActivityAt: number | null
}
