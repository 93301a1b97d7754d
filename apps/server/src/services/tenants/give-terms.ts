import type { ContainerEngine } from "@plimsoll/runtime"
import type { PlanTerms } from "../../contract/plans.js"
import type { PrismaClient } from "../../db/generated/sqlite/client.js"
import type { TenantGate } from "../admission/tenant-gate.js"
import { applyTerms, putBack } from "./apply-terms.js"
import { checkBelowUsage } from "./check-below-usage.js"

export interface TermsDependencies {
  prisma: PrismaClient
  gate: TenantGate
  engine: () => ContainerEngine
  report: (error: unknown, doing: string) => void
}

/**
 * Makes the terms hold for all of the tenants, in the kernel and then, by `commit`, in the database, or for none. Meanwhile nothing is made for
 * them, so that what was counted stays so. Rejects with `limit_below_usage`, and as engine and `commit` do.
 */
export function giveTerms<T>(
  { prisma, gate, engine: open, report }: TermsDependencies,
  { tenants, terms, commit }: { tenants: readonly string[]; terms: PlanTerms; commit: () => Promise<T> },
): Promise<T> {
  if (tenants.length === 0) return commit()
  const engine = open()
  return gate.alone(tenants, async () => {
    await checkBelowUsage(engine, { tenants, terms, tokens: await countTokens(prisma, tenants) })
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
  })
}

async function countTokens(prisma: PrismaClient, tenants: readonly string[]): Promise<Map<string, number>> {
  const counted = await prisma.apiToken.groupBy({ by: ["tenantName"], where: { tenantName: { in: [...tenants] } }, _count: true })
  return new Map(counted.flatMap(({ tenantName, _count }) => (tenantName === null ? [] : [[tenantName, _count]])))
}
