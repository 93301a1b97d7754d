import type { ContainerEngine, NetworkApi } from "@plimsoll/runtime"
import { type AdmissionDesk, OPERATOR_TENANT } from "./admission-desk.js"
import { requireCount } from "./refusals.js"
import { noUsage, usageByTenant } from "./tenant-usage.js"

/** The networks' methods; a tenant with a plan has so many at most. */
export function guardNetworks(engine: ContainerEngine, desk: AdmissionDesk): NetworkApi {
  const { networks } = engine
  return {
    list: () => networks.list(),
    inspect: (name) => networks.inspect(name),
    create: (options) => {
      const owner = options.tenant ?? OPERATOR_TENANT
      return desk.moreOn(engine, owner, async (tenant) => {
        if (tenant !== undefined) {
          const objects = { containers: [], volumes: [], networks: await networks.list() }
          const { networks: used } = usageByTenant(objects).get(owner) ?? noUsage()
          requireCount(tenant, "networks", { used, wanted: 1 })
        }
        return networks.create(options)
      })
    },
    remove: (name) => networks.remove(name),
    connect: (name, container, options) => networks.connect(name, container, options),
    disconnect: (name, container) => networks.disconnect(name, container),
  }
}
