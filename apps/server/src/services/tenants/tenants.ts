import type { Readable } from "node:stream"
import type { PlanTerms } from "../../contract/plans.js"
import type { Tenant, TenantStatus } from "../../contract/tenants.js"

/** Customers, as the database and the engine together know them. */
export interface Tenants {
  /** Those with a plan and those that only the engine knows, by name. */
  list(): Promise<Tenant[]>
  /** Rejects with `not_found`. */
  inspect(tenant: string): Promise<Tenant>
  /** What it is promised and whether it may run; `undefined`: nothing is known of it, nothing limits it. Synchronous: every create and start asks. */
  standing(tenant: string): { terms: PlanTerms; status: TenantStatus } | undefined
  /** A name that only the engine knows gets the plan. Rejects with `name_in_use`, `not_found` (plan), `limit_below_usage`. */
  create(tenant: { tenant: string; title: string; plan: string }): Promise<Tenant>
  change(tenant: string, change: { title?: string; plan?: string }): Promise<Tenant>
  /** Stops its containers (they are paused where the engine can, else stopped) and refuses to start others, until it is resumed. Members may look. */
  suspend(tenant: string, reason: string): Promise<Tenant>
  /** What the suspension had stopped goes on. */
  resume(tenant: string): Promise<Tenant>
  /** Suspends it; after the grace time containers, disks, volumes, networks, members and tokens go, its events and metering stay. */
  remove(tenant: string, graceMs: number): Promise<Tenant>
  /** Takes a removal back while the grace time runs. */
  keep(tenant: string): Promise<Tenant>
  /** All that is known of it, as a tar of JSON documents (tenant, plan, members, containers' specs, volumes, networks, metering, events). */
  export(tenant: string): Promise<Readable>
}
