import type { HostNetwork } from "./host-network.js"
import { tenantNumberOf } from "./ipv4.js"
import type { Link } from "./netlink/links.js"
import { decodeNeighbour, deleteNeighbour, disclaimMac, listBridgeEntries, listNeighbours } from "./netlink/neighbours.js"

/** Removes what leads packets of parked containers to the host, of an engine that was killed: entries of the bridges' tables and of the host's neighbours there. */
export async function removeClaims(host: HostNetwork, bridges: readonly Link[]): Promise<void> {
  const indices = new Set(bridges.map(({ index }) => index))
  if (indices.size === 0) return
  // A netlink socket carries out one listing at a time.
  const [entries = []] = await host.request("list bridge entries", listBridgeEntries())
  const [neighbours = []] = await host.request("list neighbours", listNeighbours())
  const permanent = (message: (typeof entries)[number]) => {
    const neighbour = decodeNeighbour(message)
    return neighbour.isPermanent && indices.has(neighbour.linkIndex) ? [neighbour] : []
  }
  const requests = [
    ...entries
      .flatMap(permanent)
      .flatMap(({ linkIndex, isFiltered, macAddress }) =>
        !isFiltered && macAddress !== undefined && isOfContainer(macAddress) ? [disclaimMac(linkIndex, macAddress)] : [],
      ),
    ...neighbours
      .flatMap(permanent)
      .flatMap(({ linkIndex, address }) => (address === undefined ? [] : [deleteNeighbour(linkIndex, address)])),
  ]
  if (requests.length > 0) await host.request("remove stray neighbours", ...requests)
}

// Tenants are counted from one; the bridges themselves have the number 0.
function isOfContainer(macAddress: string): boolean {
  return macAddress.startsWith("02:") && tenantNumberOf(macAddress) > 0
}
