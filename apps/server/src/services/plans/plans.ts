import type { Plan, PlanTerms } from "../../contract/plans.js"

/** Tariffs. */
export interface Plans {
  /** By name. */
  list(): Promise<Plan[]>
  /** Rejects with `name_in_use`. */
  create(plan: { name: string; terms: PlanTerms }): Promise<Plan>
  /**
   * Changed terms hold in the kernel for every tenant of the plan once it resolves, or nothing changed. Rejects with `not_found`, `name_in_use`, and
   * `limit_below_usage` naming each tenant and resource that is in the way.
   */
  change(plan: string, change: { name?: string; terms?: PlanTerms }): Promise<Plan>
  /** Rejects with `conflict` while a tenant has it, `not_found`. */
  remove(plan: string): Promise<void>
}
