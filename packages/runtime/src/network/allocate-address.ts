import { EngineError } from "../errors.js"
import { formatAddress, parseAddress, parseSubnet, subnetContains, subnetSize } from "./ipv4.js"
import type { NetworkDocument } from "./network-document.js"

/**
 * A free address of the network: the one asked for, else the next after the one given out last, round the subnet.
 * Network, gateway and broadcast address are never given out. Rejects with `invalid_argument` (outside of the subnet),
 * `conflict` (taken) or `address_exhausted`.
 */
export function allocateAddress(document: NetworkDocument, wanted?: string): string {
  const subnet = parseSubnet(document.subnet)
  const taken = new Set(Object.values(document.leases).map((lease) => lease.address))
  const reserved = new Set([subnet.base, subnet.base + subnetSize(subnet) - 1, parseAddress(document.gateway)])
  if (wanted !== undefined) {
    const address = parseAddress(wanted)
    if (address === undefined || !subnetContains(subnet, address) || reserved.has(address)) throw outside(document, wanted)
    if (taken.has(wanted))
      throw new EngineError("conflict", {
        facts: { address: wanted, network: document.name },
        publicMessage: `Address ${wanted} of network ${document.name} belongs to another container. Ask for another, or for none.`,
      })
    return wanted
  }
  const size = subnetSize(subnet)
  const start = (parseAddress(document.lastAddress) ?? subnet.base) - subnet.base
  for (let step = 1; step <= size; step++) {
    const candidate = subnet.base + ((start + step) % size)
    if (!reserved.has(candidate) && !taken.has(formatAddress(candidate))) return formatAddress(candidate)
  }
  throw new EngineError("address_exhausted", {
    facts: { network: document.name, subnet: document.subnet, leases: taken.size },
    publicMessage: `Network ${document.name} (${document.subnet}) has no free address. Remove containers that are not needed.`,
  })
}

function outside(document: NetworkDocument, wanted: string): EngineError {
  return new EngineError("invalid_argument", {
    facts: { address: wanted, subnet: document.subnet },
    publicMessage: `${JSON.stringify(wanted)} is not an address that containers of network ${document.name} (${document.subnet}) can have.`,
  })
}
