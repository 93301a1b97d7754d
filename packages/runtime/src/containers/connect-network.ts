import type { NetworkAttachment, NetworkSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { AttachOptions, Connection } from "../network/network-driver.js"
import { checkNetwork } from "../spec/check-network-settings.js"
import { type ContainerRecord, type RunFacts, runOf } from "./container-record.js"
import { rewriteResolverFile } from "./etc-files.js"
import type { LifecycleContext } from "./lifecycle-context.js"

type Network = Pick<NetworkSummary, "id" | "name" | "tenant" | "driver">

/** See `NetworkApi.connect`; to be called in the container's queue. What fails leaves it as it was. */
export async function connectNetwork(
  context: LifecycleContext,
  id: string,
  network: Network,
  options: { address?: string; aliases?: string[] },
): Promise<NetworkAttachment> {
  const record = context.containers.find(id)
  checkNetwork("network", { kind: "network", network: network.name, ...options })
  refuseForeign(record, network)
  if (record.connections.some(({ attachment }) => attachment.network === network.name))
    throw new EngineError("conflict", {
      facts: { id, network: network.name },
      publicMessage: `Container "${record.name}" is in network "${network.name}" already.`,
    })
  const { aliases = [], ...wanted } = options
  const attachment = await context.network.reserve({
    containerId: id,
    tenant: record.tenant,
    network: network.name,
    interfaceName: freeInterface(record),
    ...wanted,
  })
  try {
    await change(context, record, [...record.connections, { attachment, aliases }])
  } catch (error) {
    await context.network.release(id, network.name)
    throw error
  }
  await tell(context, record, { action: "connect", network, attachment })
  return attachment
}

/** See `NetworkApi.disconnect`; to be called in the container's queue. */
export async function disconnectNetwork(context: LifecycleContext, id: string, network: Network): Promise<void> {
  const record = context.containers.find(id)
  refuseForeign(record, network)
  const connection = record.connections.find(({ attachment }) => attachment.network === network.name)
  if (connection === undefined) throw notConnected(record, network.name)
  await change(
    context,
    record,
    record.connections.filter((each) => each !== connection),
  )
  await context.network.release(id, network.name)
  await tell(context, record, { action: "disconnect", network, attachment: connection.attachment })
}

/** What the network driver is to know of a container that runs. */
export function attachOptions(record: ContainerRecord, { pid, pidStartTicks }: Pick<RunFacts, "pid" | "pidStartTicks">): AttachOptions {
  return {
    containerId: record.id,
    process: { pid, startTicks: pidStartTicks },
    connections: record.connections,
    ports: [...record.ports],
    name: record.name,
    tenant: record.tenant,
  }
}

// The document is written first: after a crash in between the next start makes the kernel agree with it.
async function change(context: LifecycleContext, before: ContainerRecord, connections: readonly Connection[]): Promise<void> {
  const write = (list: readonly Connection[]): Promise<ContainerRecord> =>
    context.containers.update(before.id, (current) => ({ record: { ...current, connections: list }, events: [] }))
  const after = await write(connections)
  const run = runOf(after)
  if (run === undefined) return
  try {
    await context.network.reattach(attachOptions(after, run))
    rewriteResolverFile(context, before, after)
  } catch (error) {
    await write(before.connections)
    await context.network.reattach(attachOptions(before, run))
    throw error
  }
}

async function tell(
  { events }: LifecycleContext,
  container: ContainerRecord,
  { action, network, attachment }: { action: "connect" | "disconnect"; network: Network; attachment: NetworkAttachment },
): Promise<void> {
  const { id, name, tenant } = network
  const attributes = { container: container.id, containerName: container.name, address: attachment.address }
  await events.emit({ kind: "network", action, id, name, tenant, attributes })
}

function refuseForeign(record: ContainerRecord, { name, tenant, driver }: Network): void {
  // Another tenant's container or network is as good as none: its existence is not told.
  if (tenant !== record.tenant)
    throw new EngineError("not_found", {
      facts: { id: record.id, network: name },
      publicMessage: `Tenant "${record.tenant}" has no network "${name}".`,
    })
  const { kind } = record.resolved.network
  if (driver === "bridge" && (kind === "network" || kind === "none")) return
  throw new EngineError("conflict", {
    facts: { id: record.id, network: name, mode: kind },
    publicMessage:
      driver === "bridge"
        ? `Container "${record.name}" has ${kind === "host" ? "the host's" : "another container's"} network namespace, and with it that one's networks.`
        : `Network "${name}" is chosen when a container is made.`,
  })
}

function freeInterface({ connections }: ContainerRecord): string {
  const taken = new Set(connections.map(({ attachment }) => attachment.interfaceName))
  let number = 0
  while (taken.has(`eth${number}`)) number++
  return `eth${number}`
}

function notConnected({ id, name }: ContainerRecord, network: string): EngineError {
  return new EngineError("not_found", { facts: { id, network }, publicMessage: `Container "${name}" is not in network "${network}".` })
}
