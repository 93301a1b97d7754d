import { z } from "zod"
import { bounds } from "./bounds.js"
import { overrule } from "./containers.js"
import { byteCount } from "./primitives.js"

const cores = z.number().min(0.01).max(4096)
const rate = byteCount.min(1)
const memory = byteCount.min(4 * 1024 * 1024, "must be at least 4 MiB")
const count = z.number().int().min(0).max(bounds.planCount)

const fields = z.strictObject({
  /** What the tenant's containers get in sum even under pressure; where the host cannot protect memory it is kept as a promise only. */
  memoryGuaranteedBytes: byteCount,
  /** What the tenant's containers may take in sum. */
  memoryMaxBytes: memory,
  cpuGuaranteedCores: z.number().min(0).max(4096),
  cpuMaxCores: cores,
  /** Share under contention, 1–10000; 100 is usual. */
  cpuWeight: z.number().int().min(1).max(10_000),
  /** Sum of the sizes of volumes and containers' disks; 0: disks are not bounded. */
  diskBytes: byteCount,
  pidsMax: z.number().int().min(1).max(4_194_304),
  /** Of the disk that holds the engine's data, reads and writes each; absent: no limit of its own. */
  diskBytesPerSecond: rate.exactOptional(),
  diskOperationsPerSecond: rate.exactOptional(),
  /** Sum of the tenant's containers, each direction; absent: no limit of its own. */
  networkBytesPerSecond: rate.exactOptional(),
  containers: count,
  volumes: count,
  networks: count,
  publicPorts: count,
  tokens: count,
  /** OCI runtimes that the tenant may name beside the default. */
  ociRuntimes: z.array(z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)).max(16),
})

/** What a plan promises a tenant, for all its containers together. Bytes, cores, bytes per second. */
export const planTerms = fields
  .refine((terms) => terms.memoryGuaranteedBytes <= terms.memoryMaxBytes, {
    path: ["memoryGuaranteedBytes"],
    message: "must not be more than the maximum",
  })
  .refine((terms) => terms.cpuGuaranteedCores <= terms.cpuMaxCores, {
    path: ["cpuGuaranteedCores"],
    message: "must not be more than the maximum",
  })

export type PlanTerms = z.infer<typeof fields>

export const planId = z.string().min(1).max(64)
const planName = z.string().trim().min(1, "is required").max(bounds.titleLength)

export const planInput = z.object({ plan: planId })
export const createPlanInput = z.object({ name: planName, terms: planTerms })
/** Changed terms apply at once to every tenant of the plan, or to none: refused as `limit_below_usage` with what is in the way. */
export const changePlanInput = planInput.extend({
  name: planName.exactOptional(),
  terms: planTerms.exactOptional(),
  overrule: overrule.exactOptional(),
})

export interface Plan {
  id: string
  name: string
  terms: PlanTerms
  createdAt: number
  changedAt: number
  /** Names of the tenants that have it. */
  tenants: string[]
}
