import type { Tenant } from "@plimsoll/server/contract"

export const countedThings = ["containers", "volumes", "networks", "publicPorts", "tokens", "pids"] as const
export type CountedThing = (typeof countedThings)[number]

export interface PlanCount {
  thing: CountedThing
  used: number
  /** `null`: without a plan there is none. */
  limit: number | null
  /** 0–1; of nothing allowed, nothing taken is nothing. `null` without a limit. */
  share: number | null
}

/** What a plan counts by the piece, against what is there. */
export function planCounts({ plan, counts, used }: Pick<Tenant, "plan" | "counts" | "used">): PlanCount[] {
  return countedThings.map((thing) => {
    const taken = thing === "pids" ? used.pids : counts[thing]
    const limit = plan === null ? null : thing === "pids" ? plan.terms.pidsMax : plan.terms[thing]
    return { thing, used: taken, limit, share: limit === null ? null : limit === 0 ? Math.min(1, taken) : taken / limit }
  })
}
