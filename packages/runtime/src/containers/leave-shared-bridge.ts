import { DEFAULT_NETWORK } from "../network/default-network.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import type { ContainerRecord } from "./container-record.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/**
 * In earlier versions all tenants' containers were on one bridge. One that does not run moves to its tenant's own before it is started: it gets
 * another address there. What runs stays where it is until then. To be called in the container's queue.
 */
export async function leaveSharedBridge({ network, containers }: LifecycleContext, record: ContainerRecord): Promise<ContainerRecord> {
  const { id, tenant } = record
  const isShared = record.connections.some(({ attachment }) => attachment.network === DEFAULT_NETWORK)
  if (tenant === OPERATOR_TENANT || !isShared) return record
  const connections = await Promise.all(
    record.connections.map(async (connection) => {
      const { network: name, interfaceName } = connection.attachment
      if (name !== DEFAULT_NETWORK) return connection
      return { ...connection, attachment: await network.reserve({ containerId: id, tenant, network: name, interfaceName }) }
    }),
  )
  const moved = await containers.update(id, (current) => ({ record: { ...current, connections }, events: [] }), { sync: "soon" })
  await network.release(id, DEFAULT_NETWORK)
  return moved
}
