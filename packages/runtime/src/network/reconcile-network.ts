import { isSameProcessAlive } from "../kernel/process-stat.js"
import { hasDefaultRoute, knownIn, limitRate, namedContainer, targetOf } from "./attach-container.js"
import { connectContainer, removeLink } from "./container-link.js"
import { removeBridge } from "./host-bridge.js"
import type { Leases } from "./leases.js"
import type { NamedNetwork } from "./name-zone.js"
import { type Link, setMaster } from "./netlink/links.js"
import type { NetworkContext } from "./network-context.js"
import type { AttachOptions, Connection, KnownContainers } from "./network-driver.js"
import { removeClaims } from "./remove-claims.js"

interface Facts {
  alive: readonly AttachOptions[]
  known: KnownContainers
  leases: Leases
  /** The network's bridge, made when it is not there. */
  made: (network: string) => Promise<Link>
}

/** Makes the host's links, rules, names and leases those of the containers that are alive and known. */
export async function reconcileNetworks(context: NetworkContext, { alive, known, leases, made }: Facts): Promise<void> {
  const { host, store, rules, bridged, linkName } = context
  await leases.replace(known)
  const wanted = new Set(alive.flatMap(({ connections }) => connections.map(({ attachment }) => linkName(attachment.address))))
  await removeStrays(context, wanted)
  // Names of networks that a crash may have left without a container that runs are bridged all the same: nothing is lost by it.
  const bridges = new Map((await host.links()).filter(({ kind }) => kind === "bridge").map((link) => [link.name, link]))
  for (const { name, bridge } of store.all()) if (bridges.has(bridge)) bridged.add(name)
  await removeClaims(
    host,
    store.all().flatMap(({ bridge }) => bridges.get(bridge) ?? []),
  )
  rules.assume(new Map(alive.map((container) => [container.containerId, targetOf(context, container)])))
  const networks = new Set([...bridged, ...alive.flatMap(({ connections }) => connections.map(({ attachment }) => attachment.network))])
  const links = new Map<string, Link>()
  for (const network of networks) if (store.get(network) !== undefined) links.set(network, await made(network))
  await repairLinks(context, alive, links)
  if (links.size > 0) await rules.apply()
  await context.names.reconcile(namedNetworks(context, alive))
}

async function removeStrays({ host, store, shaper, ownsLink }: NetworkContext, wanted: ReadonlySet<string>): Promise<void> {
  const bridges = new Set(store.all().map(({ bridge }) => bridge))
  for (const { name, kind } of await host.links()) {
    if (!ownsLink(name)) continue
    if (kind === "veth" && !wanted.has(name)) await removeLink(host, name)
    else if (kind === "bridge" && !bridges.has(name)) await removeBridge(host, name)
    else if (shaper.isStray(name)) await removeLink(host, name)
  }
}

// A bridge that was deleted and made anew has lost its ports.
async function repairLinks(context: NetworkContext, alive: readonly AttachOptions[], bridges: ReadonlyMap<string, Link>): Promise<void> {
  const found = new Map((await context.host.links()).map((link) => [link.name, link]))
  for (const container of alive) {
    for (const connection of container.connections) {
      const bridge = bridges.get(connection.attachment.network)
      if (bridge === undefined) continue
      const link = found.get(context.linkName(connection.attachment.address))
      if (link === undefined) await reconnect(context, { bridge, container, connection })
      else if (link.masterIndex !== bridge.index) await context.host.request("rejoin bridge", setMaster(link.index, bridge.index))
    }
  }
}

// One that ends while it is being taken over has taken its link along.
async function reconnect(
  context: NetworkContext,
  { bridge, container, connection }: { bridge: Link; container: AttachOptions; connection: Connection },
): Promise<void> {
  const { process } = container
  const { attachment } = connection
  const linkName = context.linkName(attachment.address)
  const defaultRoute = hasDefaultRoute(context, container, attachment)
  try {
    await connectContainer(context.host, { process, linkName, bridge, attachment, defaultRoute })
    await limitRate(context, attachment, linkName)
  } catch (error) {
    if (isSameProcessAlive(process.pid, process.startTicks)) throw error
  }
}

function namedNetworks(context: NetworkContext, alive: readonly AttachOptions[]): NamedNetwork[] {
  const networks = new Map<string, NamedNetwork>()
  for (const container of alive) {
    for (const { network, connection } of knownIn(context, container)) {
      const { name, bridge, gateway, internal = false } = network
      const named = networks.get(name) ?? { name, bridge, gateway, internal, containers: new Map() }
      named.containers.set(container.containerId, namedContainer(container, connection.attachment, connection.aliases))
      networks.set(name, named)
    }
  }
  return [...networks.values()]
}
