import type { ContainerStore } from "../containers/container-store.js"
import type { NetworkApi, NetworkSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { NetworkDriver } from "../network/network-driver.js"

/** The networks' methods: the driver's networks with the containers that are attached to each. */
export function createNetworkApi(network: NetworkDriver, containers: ContainerStore): NetworkApi {
  const list = async (): Promise<NetworkSummary[]> =>
    (await network.list()).map((summary) => ({ ...summary, containers: attached(summary.name) }))
  const attached = (name: string): NetworkSummary["containers"] =>
    containers
      .all()
      .flatMap((record) =>
        record.attachment?.network === name ? [{ id: record.id, name: record.name, address: record.attachment.address }] : [],
      )
  const refuse = async (): Promise<never> => {
    throw new EngineError("unsupported", {
      publicMessage: 'This engine has the networks "bridge", "host" and "none". Others cannot be made or removed yet.',
    })
  }
  return {
    list,
    inspect: async (name) => {
      const found = (await list()).find((summary) => summary.name === name || summary.id === name)
      if (found !== undefined) return found
      throw new EngineError("not_found", {
        facts: { network: name.slice(0, 128) },
        publicMessage: `There is no network "${name.slice(0, 128)}".`,
      })
    },
    create: refuse,
    remove: refuse,
    connect: refuse,
    disconnect: refuse,
  }
}
