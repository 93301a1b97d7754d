import { type ContainerEngine, EngineError } from "@plimsoll/runtime"
import type { PlanTerms } from "../../contract/plans.js"
import { formatBytes } from "../admission/format-amount.js"
import { listObjects, noUsage, usageByTenant } from "../admission/tenant-usage.js"

interface Obstacle {
  tenant: string
  resource: string
  used: number
  wanted: number
}

/** So many are named; the facts have all of them. */
const NAMED = 5

/** Throws `limit_below_usage` naming each tenant and resource of which more is in use than the terms would give. */
export async function checkBelowUsage(
  engine: ContainerEngine,
  { tenants, terms, tokens }: { tenants: readonly string[]; terms: PlanTerms; tokens: ReadonlyMap<string, number> },
): Promise<void> {
  const [objects, stats] = await Promise.all([listObjects(engine), engine.containers.statsAll()])
  const byTenant = usageByTenant(objects)
  const owners = new Map(objects.containers.map(({ id, tenant }) => [id, tenant]))
  const obstacles = tenants.flatMap((tenant) => {
    const used = byTenant.get(tenant) ?? noUsage()
    const measured = stats.filter(({ containerId }) => owners.get(containerId) === tenant)
    // What is on disk is memory again when it wakes.
    const hibernating = objects.containers.flatMap((row) => (row.tenant === tenant ? (row.hibernation?.beforeBytes ?? 0) : []))
    const memoryBytes = sum([...measured.map(({ memory }) => memory.usedBytes), ...hibernating])
    const all: Obstacle[] = [
      { tenant, resource: "memoryMaxBytes", used: memoryBytes, wanted: terms.memoryMaxBytes },
      { tenant, resource: "pidsMax", used: sum(measured.map(({ pids }) => pids.current)), wanted: terms.pidsMax },
      { tenant, resource: "containers", used: used.containers, wanted: terms.containers },
      { tenant, resource: "volumes", used: used.volumes, wanted: terms.volumes },
      { tenant, resource: "networks", used: used.networks, wanted: terms.networks },
      { tenant, resource: "publicPorts", used: used.publicPorts, wanted: terms.publicPorts },
      { tenant, resource: "tokens", used: tokens.get(tenant) ?? 0, wanted: terms.tokens },
      // A plan with none leaves disks alone.
      ...(terms.diskBytes === 0 ? [] : [{ tenant, resource: "diskBytes", used: used.promisedDiskBytes, wanted: terms.diskBytes }]),
    ]
    return all.filter((each) => each.used > each.wanted)
  })
  const [first] = obstacles
  if (first === undefined) return
  const more = obstacles.length > NAMED ? ` And ${obstacles.length - NAMED} more.` : ""
  throw new EngineError("limit_below_usage", {
    facts: {
      ...first,
      obstacles: obstacles.map(({ tenant, resource, used, wanted }) => `${tenant}: ${resource} ${used} > ${wanted}`),
    },
    publicMessage: `More is in use than these terms give. ${obstacles.slice(0, NAMED).map(describe).join(" ")}${more} Nothing was changed.`,
  })
}

const nouns: Record<string, string> = {
  memoryMaxBytes: "of memory",
  pidsMax: "processes",
  containers: "containers",
  volumes: "volumes",
  networks: "networks",
  publicPorts: "public ports",
  tokens: "API tokens",
  diskBytes: "promised to disks and volumes",
}

function describe({ tenant, resource, used, wanted }: Obstacle): string {
  const show = (amount: number) => (resource.endsWith("Bytes") ? formatBytes(amount) : `${amount}`)
  return `Tenant “${tenant}” has ${show(used)} ${nouns[resource] ?? resource}, and would have ${show(wanted)}.`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
