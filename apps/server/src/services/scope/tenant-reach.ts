import { type ContainerEngine, EngineError, type ExecInspect, isEngineError } from "@plimsoll/runtime"
import { notFound } from "./refusals.js"
import { type TenantNames, tenantNames } from "./tenant-names.js"

/** What one tenant can name, and what the engine calls it. Whatever is not the tenant's is not found. */
export interface TenantReach {
  tenant: string
  containers: ContainerEngine["containers"]
  names: TenantNames
  /** Full id of a container by id, unique prefix or name. */
  containerId(reference: string): Promise<string>
  containerIds(): Promise<Set<string>>
  /** The engine's name of a volume; `undefined`: there is none. */
  findVolume(name: string): Promise<string | undefined>
  volumeName(name: string): Promise<string>
  /** The engine's name of a network that its containers can use. */
  networkName(name: string): Promise<string>
  ownExec(execId: string): Promise<ExecInspect>
}

const PREFIX = /^[0-9a-f]{4,64}$/
/** Of the engine, for all tenants: `bridge` stands for the tenant's own first network. */
const COMMON_NETWORKS = ["bridge", "none"]

export function tenantReach(engine: ContainerEngine, tenant: string): TenantReach {
  const names = tenantNames(tenant)
  const list = () => engine.containers.list({ tenant })

  async function findVolume(name: string): Promise<string | undefined> {
    const own = (await engine.volumes.list()).filter((volume) => volume.tenant === tenant)
    return own.find((volume) => names.shown(volume.name) === name)?.name
  }

  return {
    tenant,
    containers: engine.containers,
    names,

    async containerId(reference) {
      const own = await list()
      const exact = own.find(({ id, name }) => id === reference || name === reference)
      if (exact !== undefined) return exact.id
      const matches = PREFIX.test(reference) ? own.filter(({ id }) => id.startsWith(reference)) : []
      if (matches.length > 1) {
        throw new EngineError("conflict", {
          facts: { reference, matches: matches.length },
          publicMessage: `"${reference}" is the beginning of ${matches.length} containers' ids. Give more characters, or the name.`,
        })
      }
      if (matches[0] === undefined) throw notFound("container", reference)
      return matches[0].id
    },

    containerIds: async () => new Set((await list()).map(({ id }) => id)),

    findVolume,

    async volumeName(name) {
      const found = await findVolume(name)
      if (found === undefined) throw notFound("volume", name)
      return found
    },

    async networkName(name) {
      if (COMMON_NETWORKS.includes(name)) return name
      const own = (await engine.networks.list()).filter((network) => network.tenant === tenant)
      const found = own.find((network) => names.shown(network.name) === name || network.id === name)
      if (found === undefined) throw notFound("network", name)
      return found.name
    },

    async ownExec(execId) {
      const ended = new EngineError("not_found", { publicMessage: "This terminal has ended. Open a new one.", facts: { execId } })
      const exec = await engine.containers.inspectExec(execId).catch((error: unknown) => {
        throw isEngineError(error, "not_found") ? ended : error
      })
      if ((await list()).some(({ id }) => id === exec.containerId)) return exec
      throw ended
    },
  }
}
