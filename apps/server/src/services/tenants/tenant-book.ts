import type { PlanTerms } from "../../contract/plans.js"
import type { TenantStatus } from "../../contract/tenants.js"
import type { Prisma, PrismaClient } from "../../db/generated/sqlite/client.js"

/** A tenant that has a plan, as the database has it. Times are epoch milliseconds. */
export interface BookedTenant {
  name: string
  title: string
  status: TenantStatus
  plan: { id: string; name: string; terms: PlanTerms }
  createdAt: number
  suspendedAt: number | null
  /** `null` while it is only leaving: a removal that is taken back then ends the suspension too. */
  suspendReason: string | null
  removeAt: number | null
  /** Containers that ran when it was suspended; `null`: none are held. */
  heldIds: string[] | null
}

export type TenantRow = Prisma.TenantGetPayload<{ include: { plan: true } }>
export const withPlan = { plan: true } as const

/**
 * The tenants that have a plan, in memory: every create and start asks. What changes a row puts it here in the same turn, so that both always
 * agree; changes of plans and tenants come one after the other.
 */
export class TenantBook {
  readonly #tenants = new Map<string, BookedTenant>()
  #changing: Promise<unknown> = Promise.resolve()

  static async open(prisma: PrismaClient): Promise<TenantBook> {
    const book = new TenantBook()
    for (const row of await prisma.tenant.findMany({ include: withPlan })) book.put(row)
    return book
  }

  get(tenant: string): BookedTenant | undefined {
    return this.#tenants.get(tenant)
  }

  /** By name. */
  all(): BookedTenant[] {
    return [...this.#tenants.values()].sort((a, b) => a.name.localeCompare(b.name))
  }

  ofPlan(plan: string): BookedTenant[] {
    return this.all().filter((tenant) => tenant.plan.id === plan)
  }

  get isEmpty(): boolean {
    return this.#tenants.size === 0
  }

  put(row: TenantRow): BookedTenant {
    const tenant = toBooked(row)
    this.#tenants.set(row.name, tenant)
    return tenant
  }

  drop(tenant: string): void {
    this.#tenants.delete(tenant)
  }

  /** One change after the other: two at once must not each find a state that the other leaves. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change)
    this.#changing = done.catch(() => undefined)
    return done
  }

  /** Resolves when the changes that wait have been made. */
  async settled(): Promise<void> {
    await this.#changing
  }
}

export function readTerms(json: string): PlanTerms {
  return JSON.parse(json) as PlanTerms
}

function toBooked({ name, title, plan, createdAt, suspendedAt, suspendReason, removeAt, heldIds }: TenantRow): BookedTenant {
  return {
    name,
    title,
    status: removeAt !== null ? "leaving" : suspendedAt !== null ? "suspended" : "active",
    plan: { id: plan.id, name: plan.name, terms: readTerms(plan.terms) },
    createdAt: Number(createdAt),
    suspendedAt: suspendedAt === null ? null : Number(suspendedAt),
    suspendReason,
    removeAt: removeAt === null ? null : Number(removeAt),
    heldIds: heldIds === null ? null : (JSON.parse(heldIds) as string[]),
  }
}
