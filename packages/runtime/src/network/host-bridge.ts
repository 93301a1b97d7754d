import { EngineError } from "../errors.js"
import { type HostNetwork, hasIpv6, outgoingMtu, readSetting, writeSetting } from "./host-network.js"
import { macAddressOf, parseAddress, parseSubnet, subnetSize } from "./ipv4.js"
import { addAddress } from "./netlink/addresses.js"
import { createBridge, deleteLink, type Link, setLinkUp } from "./netlink/links.js"
import type { NetworkDocument } from "./network-document.js"

/**
 * Makes the network's bridge with address and settings when it is not there (`existing`); resolves with it. `onForwarding` is called
 * when the host's IP forwarding was off and had to be switched on. Rejects with `network_failed`.
 */
export async function ensureBridge(
  host: HostNetwork,
  options: { document: NetworkDocument; existing: Link | undefined; onForwarding: () => void },
): Promise<Link> {
  const { document, existing, onForwarding } = options
  if (existing?.up === true) return existing
  if (existing !== undefined && existing.kind !== "bridge") throw foreignLink(document.bridge)
  if (existing === undefined) await create(host, document)
  await configure(host, document, onForwarding)
  const made = await host.link(document.bridge)
  if (made === undefined)
    throw new EngineError("network_failed", { facts: { op: "bridge", bridge: document.bridge, reason: "vanished while it was made" } })
  return made
}

/** Removes the bridge; no effect when there is none. */
export async function removeBridge(host: HostNetwork, bridge: string): Promise<void> {
  const link = await host.link(bridge)
  if (link !== undefined) await host.request("delete bridge", deleteLink(link.index))
}

async function create(host: HostNetwork, document: NetworkDocument): Promise<void> {
  const mtu = outgoingMtu(await host.routes(), await host.links())
  // A fixed address: else the bridge would take its ports' lowest, and change it as containers come and go.
  await host.request(
    "create bridge",
    createBridge({ name: document.bridge, macAddress: macAddressOf(0, parseAddress(document.gateway) ?? 0), mtu }),
  )
}

async function configure(host: HostNetwork, document: NetworkDocument, onForwarding: () => void): Promise<void> {
  const { bridge } = document
  const subnet = parseSubnet(document.subnet)
  // Settings come before it is up: no moment with an IPv6 address that no rule covers.
  if (hasIpv6()) await writeSetting(`net/ipv6/conf/${bridge}/disable_ipv6`, "1")
  // Ports published on 127.0.0.1 leave by this link with a loopback source; the `guard` chain keeps everybody else out of 127.0.0.0/8.
  await writeSetting(`net/ipv4/conf/${bridge}/route_localnet`, "1")
  if ((await readSetting("net/ipv4/ip_forward")) !== "1") {
    await writeSetting("net/ipv4/ip_forward", "1")
    onForwarding()
  }
  const link = await host.link(bridge)
  await host.request(
    "configure bridge",
    addAddress({
      linkIndex: link?.index ?? 0,
      address: parseAddress(document.gateway) ?? 0,
      prefixLength: subnet.prefixLength,
      broadcast: subnet.base + subnetSize(subnet) - 1,
    }),
    setLinkUp(bridge),
  )
}

function foreignLink(bridge: string): EngineError {
  return new EngineError("network_failed", {
    facts: { op: "bridge", bridge },
    publicMessage: `A network device named ${bridge} exists and is no bridge. Rename or remove it: ip link delete ${bridge}`,
  })
}
