import type { ContainerStore } from "../containers/container-store.js"
import type { EventSink } from "../containers/engine-context.js"
import type { ContainerConnections } from "../containers/open-containers.js"
import type { NetworkApi, NetworkSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { NetworkDriver } from "../network/network-driver.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { checkObjectName, checkTenantName } from "../spec/names.js"

interface NetworkServices {
  network: NetworkDriver
  containers: ContainerStore
  connections: ContainerConnections
  events: EventSink
}

/** The networks' methods: the driver's networks with the containers that are attached to each. */
export function createNetworkApi({ network, containers, connections, events }: NetworkServices): NetworkApi {
  const list = (): NetworkSummary[] => network.list().map((summary) => ({ ...summary, containers: attached(summary.name) }))
  const attached = (name: string): NetworkSummary["containers"] =>
    containers
      .all()
      .flatMap((record) =>
        record.connections.flatMap(({ attachment }) =>
          attachment.network === name ? [{ id: record.id, name: record.name, address: attachment.address }] : [],
        ),
      )
  const find = (name: string): NetworkSummary => {
    const found = list().find((summary) => summary.name === name || summary.id === name)
    if (found !== undefined) return found
    throw new EngineError("not_found", {
      facts: { network: name.slice(0, 128) },
      publicMessage: `There is no network "${name.slice(0, 128)}".`,
    })
  }
  const tell = ({ id, name, tenant, subnet = "" }: Omit<NetworkSummary, "containers">, action: "create" | "remove"): Promise<void> =>
    events.emit({ kind: "network", action, id, name, tenant, attributes: { subnet } })
  return {
    list: async () => list(),
    inspect: async (name) => find(name),
    create: async ({ tenant = OPERATOR_TENANT, ...settings }) => {
      checkObjectName("name", settings.name)
      checkTenantName("tenant", tenant)
      const made = await network.create({ tenant, ...settings })
      await tell(made, "create")
      return { ...made, containers: [] }
    },
    remove: async (name) => {
      await tell(await network.remove(find(name).name), "remove")
    },
    connect: async (name, container, options = {}) => connections.connect(find(name), container, options),
    disconnect: async (name, container) => connections.disconnect(find(name), container),
  }
}
