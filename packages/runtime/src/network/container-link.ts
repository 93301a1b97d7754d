import type { NetworkAttachment } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import { holdNamespace } from "../kernel/process-namespace.js"
import type { ProcessIdentity } from "../kernel/process-stat.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { type HostNetwork, hasIpv6 } from "./host-network.js"
import { parseAddress } from "./ipv4.js"
import { addAddress, addDefaultRoute } from "./netlink/addresses.js"
import { allowHairpin, createVeth, decodeLink, deleteLink, getLink, type Link, setLinkUp, withoutLinkLocalV6 } from "./netlink/links.js"
import type { NetlinkMessage } from "./netlink/message.js"
import { NetlinkSocket } from "./netlink/netlink-socket.js"

/** Joins the network namespace of this very process to the bridge: veth pair, address, loopback up, and the default route where it is this attachment's. Undone wholly when a step fails. */
export async function connectContainer(
  host: HostNetwork,
  options: { process: ProcessIdentity; linkName: string; bridge: Link; attachment: NetworkAttachment; defaultRoute: boolean },
): Promise<void> {
  await inNamespaceOf(options.process, async (inside, namespaceFd) => {
    const { attachment, bridge, linkName } = options
    const pair = {
      name: linkName,
      bridgeIndex: bridge.index,
      mtu: bridge.mtu,
      peer: { name: attachment.interfaceName, macAddress: attachment.macAddress, namespaceFd },
    }
    const quiet = hasIpv6() ? [withoutLinkLocalV6(linkName)] : []
    try {
      await host.request("create veth", createVeth(pair), ...quiet, allowHairpin(linkName), setLinkUp(linkName))
      await configureInside(inside, attachment, options.defaultRoute)
    } catch (error) {
      await removeLink(host, linkName)
      throw error
    }
  })
}

/** Brings up loopback in the network namespace of this very process. */
export async function raiseLoopback(process: ProcessIdentity): Promise<void> {
  await inNamespaceOf(process, async (inside) => {
    await inside.request(setLinkUp("lo"))
  })
}

/** Removes a link of the host; no effect when there is none. Takes the kernel some 10–50 ms: it waits for readers of the device. */
export async function removeLink(host: HostNetwork, name: string): Promise<void> {
  const link = await host.link(name)
  if (link === undefined) return
  try {
    await host.request("delete link", deleteLink(link.index))
  } catch (error) {
    // It went with its namespace meanwhile.
    if (!(error instanceof EngineError && error.facts.errno === "ENODEV")) throw error
  }
}

/** Makes the attachment's gateway that of all that is not on the container's own links; its link is there. */
export async function replaceDefaultRoute(process: ProcessIdentity, { interfaceName, gateway }: NetworkAttachment): Promise<void> {
  await inNamespaceOf(process, async (inside) => {
    const linkIndex = indexOf(await inside.request(getLink(interfaceName)), interfaceName)
    await inside.request(addDefaultRoute({ linkIndex, gateway: parseAddress(gateway) ?? 0 }))
  })
}

async function configureInside(inside: NetlinkSocket, attachment: NetworkAttachment, defaultRoute: boolean): Promise<void> {
  const name = attachment.interfaceName
  const quiet = hasIpv6() ? [withoutLinkLocalV6(name)] : []
  const linkIndex = indexOf(await inside.request(setLinkUp("lo"), ...quiet, setLinkUp(name), getLink(name)), name)
  await inside.request(
    addAddress({ linkIndex, address: parseAddress(attachment.address) ?? 0, prefixLength: attachment.prefixLength }),
    ...(defaultRoute ? [addDefaultRoute({ linkIndex, gateway: parseAddress(attachment.gateway) ?? 0 })] : []),
  )
}

/** Of the link that the last of the requests asked for. */
function indexOf(answers: readonly NetlinkMessage[][], name: string): number {
  const message = answers.at(-1)?.[0]
  if (message === undefined) throw new EngineError("network_failed", { facts: { op: "find link in container", name } })
  return decodeLink(message).index
}

async function inNamespaceOf(process: ProcessIdentity, work: (inside: NetlinkSocket, namespaceFd: number) => Promise<void>): Promise<void> {
  const namespace = holdNamespace(process, "net")
  if (namespace === undefined) throw processGone(process)
  try {
    // The socket keeps the namespace alive: it is closed as soon as the work is done.
    using inside = NetlinkSocket.openIn(namespace.fd, "route")
    await work(inside, namespace.fd)
  } catch (error) {
    throw toEngineError(
      error,
      "network_failed",
      { op: "network namespace", pid: process.pid },
      `The container's network could not be set up (${errnoOf(error) ?? "unknown error"}).`,
    )
  } finally {
    namespace.close()
  }
}

function processGone({ pid }: ProcessIdentity): EngineError {
  return new EngineError("network_failed", {
    facts: { op: "network namespace", pid },
    publicMessage: "The process of the container ended before its network was set up.",
  })
}
