import { type ContainerEngine, isEngineError, type TenantSummary } from "@plimsoll/runtime"
import type { PlanTerms } from "../../contract/plans.js"
import { dataDevice } from "./data-device.js"
import { termsToLimits } from "./terms-to-limits.js"

/** What the kernel is told of a tenant. */
type Held = Pick<TenantSummary, "limits" | "networkBytesPerSecond">

/** Makes the terms hold in the kernel. `before`, when known, spares what is so already. Idempotent. */
export async function applyTerms(
  engine: ContainerEngine,
  { tenant, terms, before }: { tenant: string; terms: PlanTerms; before?: Held | undefined },
): Promise<void> {
  const info = await engine.info()
  const limits = termsToLimits(terms, info, deviceOf(info.dataDirectory, terms))
  if (!isSame(before?.limits, limits)) await engine.tenants.setLimits(tenant, limits)
  if (info.features.includes("network-rates") && (before === undefined || before.networkBytesPerSecond !== terms.networkBytesPerSecond))
    await engine.tenants.setNetworkRate(tenant, terms.networkBytesPerSecond)
}

/** The kernel has again what it had. `before` absent: the engine did not know the tenant. */
export async function putBack(engine: ContainerEngine, tenant: string, before: Held | undefined): Promise<void> {
  if (before === undefined) return forget(engine, tenant)
  await engine.tenants.setLimits(tenant, before.limits)
  const { features } = await engine.info()
  if (features.includes("network-rates")) await engine.tenants.setNetworkRate(tenant, before.networkBytesPerSecond)
}

async function forget(engine: ContainerEngine, tenant: string): Promise<void> {
  try {
    await engine.tenants.remove(tenant)
  } catch (error) {
    if (!isEngineError(error, "not_found")) throw error
  }
}

function deviceOf(directory: string, { diskBytesPerSecond, diskOperationsPerSecond }: PlanTerms): string | undefined {
  return diskBytesPerSecond === undefined && diskOperationsPerSecond === undefined ? undefined : dataDevice(directory)
}

function isSame(left: object | undefined, right: object): boolean {
  return left !== undefined && JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}
