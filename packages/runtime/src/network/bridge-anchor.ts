import type { HostNetwork } from "./host-network.js"
import { hasIpv6 } from "./host-network.js"
import { createIfb, deleteLink, type Link, setLinkUp, withoutLinkLocalV6 } from "./netlink/links.js"

/**
 * A bridge without a port that is up has no carrier, and the host then sends nothing to it: nobody would hear what comes for containers that hibernate. An anchor is a port that is always up
 * and takes nothing further: an intermediate device (ifb) drops what no filter has sent into it (drivers/net/ifb.c).
 */
export async function anchorBridge(host: HostNetwork, prefix: string, bridge: Link): Promise<void> {
  const name = anchorName(prefix, bridge)
  if ((await host.link(name)) !== undefined) return
  const quiet = hasIpv6() ? [withoutLinkLocalV6(name)] : []
  await host.request("anchor bridge", createIfb(name, bridge.index), ...quiet, setLinkUp(name))
}

/** Removes the anchor of this bridge; no effect when it has none. */
export async function removeAnchor(host: HostNetwork, bridge: Link): Promise<void> {
  const anchor = (await host.links()).find(({ kind, masterIndex }) => kind === "ifb" && masterIndex === bridge.index)
  if (anchor !== undefined) await host.request("delete anchor", deleteLink(anchor.index))
}

/** An anchor whose bridge is gone. */
export function isStrayAnchor(prefix: string, { name, kind, masterIndex }: Link): boolean {
  return kind === "ifb" && name.startsWith(`${prefix}=`) && masterIndex === undefined
}

// A link's name has at most 15 characters: 8, one, and at most 6 of an index.
function anchorName(prefix: string, { index }: Link): string {
  return `${prefix}=${index.toString(36)}`
}
