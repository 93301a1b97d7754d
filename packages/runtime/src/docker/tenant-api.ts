import type { TenantApi, TenantSummary } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import { checkTenantName } from "../spec/names.js"
import { listRows } from "./containers/find-container.js"
import type { DockerContext } from "./docker-context.js"
import { defaultNetworkLabel, tenantOf } from "./labels.js"
import { findNetworkIfThere, tenantNetworkName } from "./networks/tenant-network.js"
import type { WireNetwork, WireVolume } from "./wire.js"

/** Tenants of a Docker Engine are what labels say: it has neither a cgroup nor a range of user ids for each, and so no limits of their sums. */
export function tenantApi(context: DockerContext): TenantApi {
  return {
    list: async () => {
      const { info } = await context.daemon.facts()
      const range = /\/(\d+)\.\d+$/.exec(info.DockerRootDir ?? "")?.[1]
      const names = await tenantNames(context)
      return names.map(
        (name): TenantSummary => ({
          name,
          uidBase: Number(range ?? 0),
          idCount: range === undefined ? 0 : 65_536,
          limits: {},
          cgroupPath: "",
        }),
      )
    },
    setLimits: async (tenant) => {
      throw new EngineError("unsupported", {
        facts: { tenant },
        publicMessage: "Docker cannot limit the sum of several containers. Limit each container, or use the embedded engine.",
      })
    },
    setNetworkRate: async (tenant) => {
      throw new EngineError("unsupported", {
        facts: { tenant },
        publicMessage: "Docker cannot limit the network rate of containers. Use the embedded engine.",
      })
    },
    remove: async (tenant) => {
      checkTenantName("tenant", tenant)
      const owns = (row: { Labels?: Record<string, string> | null }): boolean => tenantOf(row.Labels) === tenant
      const [containers, volumes] = await Promise.all([listRows(context), listVolumes(context)])
      if (containers.some(owns) || volumes.some(owns))
        throw new EngineError("conflict", {
          facts: { tenant },
          publicMessage: `Tenant "${tenant}" still has containers or volumes. Remove them first.`,
        })
      await removeNetwork(context, tenant)
    },
  }
}

async function tenantNames(context: DockerContext): Promise<string[]> {
  const about = { kind: "engine", doing: "list its networks" } as const
  const [containers, volumes, networks] = await Promise.all([
    listRows(context),
    listVolumes(context),
    context.client.json<WireNetwork[]>({ method: "GET", path: "/networks", about }),
  ])
  const owned = [...containers, ...volumes, ...networks.filter((network) => network.Labels?.[defaultNetworkLabel] !== undefined)]
  return [...new Set(owned.map(({ Labels }) => tenantOf(Labels)))].sort()
}

async function listVolumes({ client }: DockerContext): Promise<WireVolume[]> {
  const about = { kind: "engine", doing: "list its volumes" } as const
  const { Volumes } = await client.json<{ Volumes?: WireVolume[] | null }>({ method: "GET", path: "/volumes", about })
  return Volumes ?? []
}

async function removeNetwork(context: DockerContext, tenant: string): Promise<void> {
  const name = tenantNetworkName(tenant)
  const network = await findNetworkIfThere(context, name)
  if (network?.Labels?.[defaultNetworkLabel] === undefined || tenantOf(network.Labels) !== tenant) return
  try {
    await context.client.json({ method: "DELETE", path: `/networks/${name}`, about: { kind: "network", name, doing: "remove it" } })
  } catch (error) {
    if (!isEngineError(error, "not_found")) throw error
  }
}
