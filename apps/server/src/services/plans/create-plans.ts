import { randomUUID } from "node:crypto"
import { EngineError } from "@plimsoll/runtime"
import type { Plan } from "../../contract/plans.js"
import type { Plan as PlanRow } from "../../db/generated/sqlite/client.js"
import { giveTerms, type TermsDependencies } from "../tenants/give-terms.js"
import { readTerms, type TenantBook, withPlan } from "../tenants/tenant-book.js"
import type { Plans } from "./plans.js"

export interface PlansOptions extends TermsDependencies {
  book: TenantBook
  now: () => number
}

export function createPlans(options: PlansOptions): Plans {
  const { prisma, book, now } = options

  const toPlan = ({ id, name, terms, createdAt, changedAt }: PlanRow): Plan => ({
    id,
    name,
    terms: readTerms(terms),
    createdAt: Number(createdAt),
    changedAt: Number(changedAt),
    tenants: book.ofPlan(id).map((tenant) => tenant.name),
  })

  async function find(plan: string): Promise<PlanRow> {
    const row = await prisma.plan.findUnique({ where: { id: plan } })
    if (row === null) throw new EngineError("not_found", { facts: { plan }, publicMessage: "There is no such plan any more." })
    return row
  }

  async function refuseTakenName(name: string, self?: string): Promise<void> {
    const plans = await prisma.plan.findMany({ select: { id: true, name: true } })
    const taken = plans.find((plan) => plan.id !== self && plan.name.toLowerCase() === name.toLowerCase())
    if (taken !== undefined)
      throw new EngineError("name_in_use", {
        facts: { name },
        publicMessage: `There is a plan “${taken.name}” already. Choose another name.`,
      })
  }

  return {
    async list() {
      const rows = await prisma.plan.findMany()
      return rows.map(toPlan).sort((a, b) => a.name.localeCompare(b.name))
    },

    create: ({ name, terms }) =>
      book.inTurn(async () => {
        await refuseTakenName(name)
        const at = BigInt(now())
        return toPlan(
          await prisma.plan.create({ data: { id: randomUUID(), name, terms: JSON.stringify(terms), createdAt: at, changedAt: at } }),
        )
      }),

    change: (plan, { name, terms }) =>
      book.inTurn(async () => {
        const row = await find(plan)
        if (name !== undefined) await refuseTakenName(name, plan)
        const data = {
          ...(name !== undefined && { name }),
          ...(terms !== undefined && { terms: JSON.stringify(terms) }),
          changedAt: BigInt(now()),
        }
        const commit = async () => {
          const { tenants, ...changed } = await prisma.plan.update({
            where: { id: plan },
            data,
            include: { tenants: { include: withPlan } },
          })
          for (const tenant of tenants) book.put(tenant)
          return toPlan(changed)
        }
        if (terms === undefined || JSON.stringify(terms) === row.terms) return commit()
        return giveTerms(options, { tenants: book.ofPlan(plan).map((tenant) => tenant.name), terms, commit })
      }),

    remove: (plan) =>
      book.inTurn(async () => {
        const { name } = await find(plan)
        const tenants = book.ofPlan(plan).map((tenant) => tenant.name)
        if (tenants.length > 0)
          throw new EngineError("conflict", {
            facts: { plan, tenants },
            publicMessage: `The plan “${name}” is that of ${tenants.length === 1 ? `tenant “${tenants[0]}”` : `${tenants.length} tenants`}. Give ${tenants.length === 1 ? "it" : "them"} another plan first.`,
          })
        await prisma.plan.delete({ where: { id: plan } })
      }),
  }
}
