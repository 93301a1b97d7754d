import type { ContainerEngine } from "@plimsoll/runtime"
import type { PlanTerms } from "../../contract/plans.js"
import type { PrismaClient } from "../../db/generated/sqlite/client.js"
import type { TenantGate } from "../admission/tenant-gate.js"
import { promiseGrowth, sumPromised } from "../overprovisioning/amounts.js"
import type { Growth, SaleDesk } from "../overprovisioning/sale-desk.js"
import { guaranteedByPlan, listSales, promisedTo, soldByPlan } from "../overprovisioning/sales.js"
import { applyTerms, putBack } from "./apply-terms.js"
import { checkBelowUsage } from "./check-below-usage.js"
import type { TenantBook } from "./tenant-book.js"

export interface TermsDependencies {
  prisma: PrismaClient
  gate: TenantGate
  /** Those that have a plan. */
  book: Pick<TenantBook, "all">
  line: Pick<SaleDesk, "sell">
  engine: () => ContainerEngine
  report: (error: unknown, doing: string) => void
}

/**
 * Makes the terms hold for all of the tenants, in the kernel and then, by `commit`, in the database, or for none. Meanwhile nothing is made for
 * them, so that what was counted stays so. What the tenants get more than they have is sold below the load line, and guaranteed within what there is. Rejects with `limit_below_usage`,
 * `load_line_exceeded`, and as engine and `commit` do.
 */
export function giveTerms<T>(
  { prisma, gate, book, line, engine: open, report }: TermsDependencies,
  { tenants, terms, commit }: { tenants: readonly string[]; terms: PlanTerms; commit: () => Promise<T> },
): Promise<T> {
  if (tenants.length === 0) return commit()
  const engine = open()
  return gate.alone(tenants, async () => {
    await checkBelowUsage(engine, { tenants, terms, tokens: await countTokens(prisma, tenants) })
    return line.sell(growthOfTerms({ engine, book, tenants, terms }), () => applyAll(engine))
  })

  async function applyAll(engine: ContainerEngine): Promise<T> {
    const known = new Map((await engine.tenants.list()).map((tenant) => [tenant.name, tenant]))
    const touched: string[] = []
    try {
      for (const tenant of tenants) {
        touched.push(tenant)
        await applyTerms(engine, { tenant, terms })
      }
      return await commit()
    } catch (error) {
      for (const tenant of touched.reverse())
        await putBack(engine, tenant, known.get(tenant)).catch((failed: unknown) =>
          report(failed, `put back the limits of tenant ${tenant}`),
        )
      throw error
    }
  }
}

/** The terms for each tenant, less what it has: a plan, or containers and volumes with limits of their own. */
function growthOfTerms({
  engine,
  book,
  tenants,
  terms,
}: {
  engine: ContainerEngine
  book: Pick<TenantBook, "all">
  tenants: readonly string[]
  terms: PlanTerms
}): Growth {
  const name = tenants.length === 1 ? (tenants[0] ?? "") : `${tenants.length} tenants`
  return {
    subject: { id: tenants[0] ?? "", name, tenant: tenants[0] ?? "" },
    byPlan: true,
    added: async () => {
      const [containers, volumes] = await Promise.all([engine.containers.list(), engine.volumes.list()])
      const sales = listSales({ tenants: book.all(), containers, volumes })
      const before = sumPromised(tenants.map((tenant) => promisedTo(sales, tenant)))
      const given = { sold: soldByPlan(terms), guaranteed: guaranteedByPlan(terms) }
      return promiseGrowth(before, sumPromised(tenants.map(() => given)))
    },
  }
}

async function countTokens(prisma: PrismaClient, tenants: readonly string[]): Promise<Map<string, number>> {
  const counted = await prisma.apiToken.groupBy({ by: ["tenantName"], where: { tenantName: { in: [...tenants] } }, _count: true })
  return new Map(counted.flatMap(({ tenantName, _count }) => (tenantName === null ? [] : [[tenantName, _count]])))
}
