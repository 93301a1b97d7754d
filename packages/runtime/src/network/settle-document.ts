import { randomBytes } from "node:crypto"
import { chooseSubnet } from "./choose-subnet.js"
import { takenSubnets } from "./host-network.js"
import { formatAddress, formatSubnet, parseSubnet, type Subnet, subnetsOverlap } from "./ipv4.js"
import type { NetworkContext } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"

/**
 * The document of the default network, made when there is none. A remembered subnet that collides with a route by now
 * is chosen anew while nobody has an address of it; else it stays, with a warning.
 */
export async function settleDocument(context: NetworkContext, options: { preference: number; now: number }): Promise<NetworkDocument> {
  const { host, store } = context
  const existing = store.document
  const bridge = await host.link(context.bridge)
  const taken = await takenSubnets(await host.routes(), bridge?.index)
  if (existing !== undefined && keepSubnet(context, existing, { taken, bridgeExists: bridge !== undefined })) return existing
  const subnet = chooseSubnet(taken, options.preference)
  const gateway = formatAddress(subnet.base + 1)
  const document: NetworkDocument = {
    version: 1,
    id: existing?.id ?? randomBytes(32).toString("hex"),
    name: "bridge",
    tenant: "operator",
    subnet: formatSubnet(subnet),
    gateway,
    bridge: context.bridge,
    createdAt: existing?.createdAt ?? options.now,
    lastAddress: gateway,
    leases: existing?.leases ?? {},
    tenants: existing?.tenants ?? {},
  }
  await store.create(document)
  return document
}

function keepSubnet(
  context: NetworkContext,
  document: NetworkDocument,
  found: { taken: readonly Subnet[]; bridgeExists: boolean },
): boolean {
  const route = found.taken.find((other) => subnetsOverlap(other, parseSubnet(document.subnet)))
  if (route === undefined) return true
  if (!found.bridgeExists && Object.values(document.leases).every((lease) => lease.address === undefined)) return false
  context.warn("The subnet of network bridge overlaps a route of this host: what lies behind that route is out of containers' reach.", {
    subnet: document.subnet,
    route: formatSubnet(route),
  })
  return true
}
