import type { ContainerEngine, ContainerSpec } from "@plimsoll/runtime"
import type { SaleDesk } from "../overprovisioning/sale-desk.js"

/** The one place that decides whether something may be made, grown or started. */
export interface Admission {
  /**
   * The engine, whose containers, volumes and networks are made, grown and started only within the tenant's plan: on every path, since every path
   * has only this one. Of requests at the same instant no two take the last unit. Refusals are `permission_denied` for a suspended tenant and for
   * what a plan does not permit, `quota_exceeded` with the facts `resource`, `limit`, `used`, `wanted`. What belongs to no plan is a sale of its own:
   * where it grows, `load_line_exceeded` says that the machine has no room for it (see `services/overprovisioning/sale-desk`). Starts and wakes are
   * within what was sold already, and are never refused for the machine's sake.
   */
  guard(engine: ContainerEngine): ContainerEngine
  /**
   * Rejects as `containers.create` of a guarded engine would now, for who has to wait for the image first. It takes no place: the container is
   * decided on once more when it is made. Volumes that only the image asks for are not counted while it is not here.
   */
  ask(engine: ContainerEngine, spec: ContainerSpec): Promise<void>
  /**
   * Takes a place for something that no engine makes (a token, say), for as long as `work` runs; the count that it is compared with is asked for
   * inside. Rejects as `guard` does.
   */
  within<T>(tenant: string, resource: "tokens", count: () => Promise<number>, work: () => Promise<T>): Promise<T>
  /** Has `work` pass the load line for a reason. */
  overruling: SaleDesk["overruling"]
}
