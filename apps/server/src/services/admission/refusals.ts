import { EngineError } from "@plimsoll/runtime"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { formatBytes } from "./format-amount.js"

/** What a plan counts, by its name in `PlanTerms`, and what people call it. */
const nouns = {
  containers: "containers",
  volumes: "volumes",
  networks: "networks",
  publicPorts: "public ports",
  tokens: "API tokens",
} as const

export type CountedResource = keyof typeof nouns

/** What is asked for of one resource, beside what there is. */
interface Asked {
  used: number
  wanted: number
}

/** Throws `quota_exceeded` when the plan has no room for so many more. */
export function requireCount({ name, plan }: BookedTenant, resource: CountedResource, { used, wanted }: Asked): void {
  const limit = plan.terms[resource]
  if (wanted === 0 || used + wanted <= limit) return
  const left = Math.max(0, limit - used)
  const fits = left === 0 ? "Remove some, or ask for a larger plan." : `${left} more would fit.`
  throw quotaExceeded(
    { tenant: name, resource, limit, used, wanted },
    `Tenant “${name}” has ${used} of the ${limit} ${nouns[resource]} of its plan “${plan.name}”, so that ${wanted} more cannot be had. ${fits}`,
  )
}

/** Throws `quota_exceeded` when the plan promises less disk in sum. A plan with none leaves disks alone. */
export function requireDisk({ name, plan }: BookedTenant, { used, wanted }: Asked): void {
  const limit = plan.terms.diskBytes
  if (limit === 0 || wanted <= 0 || used + wanted <= limit) return
  const left = Math.max(0, limit - used)
  throw quotaExceeded(
    { tenant: name, resource: "diskBytes", limit, used, wanted },
    `Disks and volumes of tenant “${name}” are promised ${formatBytes(used)} of the ${formatBytes(limit)} of its plan “${plan.name}”, so that ${formatBytes(wanted)} more cannot be had. ${left === 0 ? "Remove some, or ask for a larger plan." : `${formatBytes(left)} would fit.`}`,
  )
}

const singles = { memoryMaxBytes: "memory", cpuMaxCores: "CPU cores", pidsMax: "processes" } as const
const singleNames = ["memoryMaxBytes", "cpuMaxCores", "pidsMax"] as const

/** Throws `quota_exceeded` for a limit of one container that is more than all of the tenant's containers have together. */
export function requireSingles(
  { name, plan }: BookedTenant,
  limits: { [K in (typeof singleNames)[number]]?: number | null | undefined },
): void {
  for (const resource of singleNames) {
    const wanted = limits[resource] ?? 0
    const limit = plan.terms[resource]
    if (wanted <= limit) continue
    const show = (amount: number) => (resource === "memoryMaxBytes" ? formatBytes(amount) : `${amount}`)
    throw quotaExceeded(
      { tenant: name, resource, limit, used: 0, wanted },
      `${show(wanted)} for ${singles[resource]} is more than the ${show(limit)} that the plan “${plan.name}” gives all containers of tenant “${name}” together. Ask for at most that.`,
    )
  }
}

function quotaExceeded(facts: Asked & { tenant: string; resource: string; limit: number }, publicMessage: string): EngineError {
  return new EngineError("quota_exceeded", { facts: { ...facts }, publicMessage })
}

/** Throws `permission_denied` with the reason for one that is suspended or leaving. */
export function requireActive(tenant: BookedTenant): void {
  if (tenant.status === "active") return
  const { name, status, suspendReason } = tenant
  const publicMessage =
    status === "leaving"
      ? `Tenant “${name}” is about to be removed, so that nothing of it can be made or started.`
      : `Tenant “${name}” is suspended${suspendReason ? `: ${suspendReason.replace(/\.$/, "")}` : ""}. Nothing of it can be made or started until it is resumed.`
  throw new EngineError("permission_denied", { facts: { tenant: name, status, reason: suspendReason }, publicMessage })
}

/** For one that was removed while its request waited. */
export function removedMeanwhile(tenant: string): EngineError {
  return new EngineError("permission_denied", { facts: { tenant }, publicMessage: `Tenant “${tenant}” was removed.` })
}

/** A plan is kept by a cgroup of the tenant; an engine without them would give more than was sold. */
export function planNotEnforceable(tenant: string): EngineError {
  return new EngineError("unsupported", {
    facts: { tenant, feature: "tenant-limits" },
    publicMessage: `The engine of this host cannot hold the plan of tenant “${tenant}” for its containers together. Make it on the machine that the console runs on.`,
  })
}

export function notPermitted(tenant: BookedTenant, what: string): EngineError {
  return new EngineError("permission_denied", {
    facts: { tenant: tenant.name, plan: tenant.plan.name },
    publicMessage: `The plan “${tenant.plan.name}” of tenant “${tenant.name}” does not permit ${what}`,
  })
}
