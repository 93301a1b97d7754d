import type { Tenant } from "@plimsoll/server/contract"

export const planResources = ["memory", "cpu", "disk", "pids", "containers", "volumes", "networks", "publicPorts", "tokens"] as const
export type PlanResource = (typeof planResources)[number]

/** How much of what the plan allows is taken. Disk: what is promised to its disks and volumes, which is what the plan counts; one that says 0 leaves them alone. */
export interface PlanUse {
  resource: PlanResource
  used: number
  /** `null`: no plan, no limit. */
  limit: number | null
}

/** All that a plan limits, against what the tenant has of it. */
export function planUse({
  plan,
  used,
  counts,
  promisedDiskBytes,
}: Pick<Tenant, "plan" | "used" | "counts" | "promisedDiskBytes">): PlanUse[] {
  const terms = plan?.terms
  return [
    { resource: "memory", used: used.memoryBytes, limit: terms?.memoryMaxBytes ?? null },
    { resource: "cpu", used: used.cpuCores, limit: terms?.cpuMaxCores ?? null },
    { resource: "disk", used: promisedDiskBytes, limit: terms === undefined || terms.diskBytes === 0 ? null : terms.diskBytes },
    { resource: "pids", used: used.pids, limit: terms?.pidsMax ?? null },
    { resource: "containers", used: counts.containers, limit: terms?.containers ?? null },
    { resource: "volumes", used: counts.volumes, limit: terms?.volumes ?? null },
    { resource: "networks", used: counts.networks, limit: terms?.networks ?? null },
    { resource: "publicPorts", used: counts.publicPorts, limit: terms?.publicPorts ?? null },
    { resource: "tokens", used: counts.tokens, limit: terms?.tokens ?? null },
  ]
}

/** Share of the limit that is taken; `null` where there is none. Of nothing allowed, nothing taken is nothing. */
export function shareOf({ used, limit }: Pick<PlanUse, "used" | "limit">): number | null {
  if (limit === null) return null
  return limit === 0 ? (used > 0 ? 1 : 0) : used / limit
}

/**
 * The resource that runs out first, and how much of it is left, 0–1; `null` without a plan. CPU is left out: who reaches its limit is slowed down,
 * not refused.
 */
export function headroom(tenant: Parameters<typeof planUse>[0]): { resource: PlanResource; left: number } | null {
  let least: { resource: PlanResource; left: number } | null = null
  for (const use of planUse(tenant)) {
    const share = use.resource === "cpu" ? null : shareOf(use)
    if (share === null) continue
    const left = Math.max(0, 1 - share)
    if (least === null || left < least.left) least = { resource: use.resource, left }
  }
  return least
}
