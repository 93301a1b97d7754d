import type { ContainerEngine, ContainerSummary, NetworkSummary, PortMapping, VolumeSummary } from "@plimsoll/runtime"

/** What of an engine's objects is one tenant's, in the units of a plan's quotas. */
export interface TenantUsage {
  containers: number
  runningContainers: number
  volumes: number
  networks: number
  /** Of containers that do not run, too: they are theirs when they start. */
  publicPorts: number
  /** Sum of the sizes of disks and volumes that have one. */
  promisedDiskBytes: number
}

export interface EngineObjects {
  containers: readonly ContainerSummary[]
  volumes: readonly VolumeSummary[]
  networks: readonly NetworkSummary[]
}

/** All objects of the engine, in three questions however many tenants there are; or the one's, which costs less. Networks are always all. */
export async function listObjects(engine: ContainerEngine, tenant?: string): Promise<EngineObjects> {
  const only = tenant === undefined ? {} : { tenant }
  const [containers, volumes, networks] = await Promise.all([
    engine.containers.list(only),
    engine.volumes.list(only),
    engine.networks.list(),
  ])
  return { containers, volumes, networks }
}

export function usageByTenant({ containers, volumes, networks }: EngineObjects): Map<string, TenantUsage> {
  const tenants = new Map<string, TenantUsage>()
  const of = (tenant: string): TenantUsage => {
    const known = tenants.get(tenant) ?? noUsage()
    tenants.set(tenant, known)
    return known
  }
  for (const { tenant, state, diskBytes = 0, portMappings = [] } of containers) {
    const usage = of(tenant)
    usage.containers++
    if (state.status === "running") usage.runningContainers++
    usage.publicPorts += countPublicPorts(portMappings)
    usage.promisedDiskBytes += diskBytes
  }
  for (const { tenant, limit } of volumes) {
    const usage = of(tenant)
    usage.volumes++
    if (limit.kind === "disk") usage.promisedDiskBytes += limit.sizeBytes
  }
  for (const network of networks) if (isMadeNetwork(network)) of(network.tenant).networks++
  return tenants
}

/** The first network of each tenant, and those that lead to the host or nowhere, are the engine's own and count for nobody. */
export function isMadeNetwork({ name, tenant, driver }: Pick<NetworkSummary, "name" | "tenant" | "driver">): boolean {
  return driver === "bridge" && name !== "bridge" && name !== `${tenant}.bridge`
}

export function noUsage(): TenantUsage {
  return { containers: 0, runningContainers: 0, volumes: 0, networks: 0, publicPorts: 0, promisedDiskBytes: 0 }
}

/** Those that others than this machine can reach. */
export function countPublicPorts(mappings: readonly PortMapping[]): number {
  return mappings.filter(({ hostAddress = "0.0.0.0" }) => !isLoopback(hostAddress)).length
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./i.test(address)
}
