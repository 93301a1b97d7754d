import type { ContainerEngine } from "@plimsoll/runtime"
import type { Growth, SaleDesk } from "../overprovisioning/sale-desk.js"
import type { BookedTenant, TenantBook } from "../tenants/tenant-book.js"
import { planNotEnforceable, removedMeanwhile, requireActive } from "./refusals.js"
import type { TenantGate } from "./tenant-gate.js"

/** The provider's own things have no plan. */
export const OPERATOR_TENANT = "operator"

/** Who is let through, for the guards of an engine's parts: by the plan of a tenant that has one, by the machine's load line for all others. */
export class AdmissionDesk {
  constructor(
    private readonly book: TenantBook,
    private readonly gate: TenantGate,
    private readonly line: Pick<SaleDesk, "sell" | "ask">,
  ) {}

  get isIdle(): boolean {
    return this.book.isEmpty
  }

  planOf(tenant: string): BookedTenant | undefined {
    return this.book.get(tenant)
  }

  /**
   * Something more for the tenant, alone, so that what `work` counts is still so when it has made it, and so that a plan which the tenant gets
   * meanwhile counts it too. `work` gets `undefined` without a plan.
   */
  more<T>(tenant: string, work: (tenant: BookedTenant | undefined) => Promise<T>): Promise<T> {
    if (tenant === OPERATOR_TENANT) return work(undefined)
    const hadPlan = this.book.get(tenant) !== undefined
    return this.gate.alone([tenant], () => {
      const hasPlan = hadPlan || this.book.get(tenant) !== undefined
      return work(hasPlan ? this.#active(tenant) : undefined)
    })
  }

  /** As `more`, for what an engine makes: it must be one that can hold a plan. */
  moreOn<T>(engine: ContainerEngine, tenant: string, work: (tenant: BookedTenant | undefined) => Promise<T>): Promise<T> {
    return this.more(tenant, async (booked) => {
      if (booked !== undefined && !(await engine.info()).features.includes("tenant-limits")) throw planNotEnforceable(tenant)
      return work(booked)
    })
  }

  /** Something of its own for an owner without a plan: a sale below the load line, where the engine's machine has one. */
  sell<T>(engine: ContainerEngine, growth: Growth, work: () => Promise<T>): Promise<T> {
    return engine.kind === "embedded" ? this.line.sell(growth, work) : work()
  }

  /** As `sell`, of what is made later: rejects now, and takes no place. */
  async ask(engine: ContainerEngine, growth: Growth): Promise<void> {
    if (engine.kind === "embedded") await this.line.ask(growth)
  }

  /** Something that runs. A suspension waits for those that were let through. */
  run<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    if (this.book.get(tenant) === undefined) return work()
    return this.gate.pass(tenant, async () => {
      this.#active(tenant)
      return work()
    })
  }

  #active(tenant: string): BookedTenant {
    const booked = this.book.get(tenant)
    if (booked === undefined) throw removedMeanwhile(tenant)
    requireActive(booked)
    return booked
  }
}
