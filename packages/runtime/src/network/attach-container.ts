import type { NetworkAttachment } from "../engine.js"
import { connectContainer, removeLink, replaceDefaultRoute } from "./container-link.js"
import { tenantNumberOf } from "./ipv4.js"
import type { NamedContainer } from "./name-server.js"
import type { Link } from "./netlink/links.js"
import type { NetworkContext } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"
import type { AttachOptions, Connection } from "./network-driver.js"
import type { AttachedTarget } from "./packet-rules.js"

interface Attaching {
  context: NetworkContext
  /** The network's bridge, made when it is not there. */
  made: (network: string) => Promise<Link>
}

/** See `NetworkDriver.attach`. `allowed`: what of the container the packet rules know at first. */
export async function attachContainer(
  { context, made }: Attaching,
  options: AttachOptions,
  allowed = targetOf(context, options),
): Promise<void> {
  const { host, departures, linkName, rules } = context
  const links: string[] = []
  try {
    for (const { attachment } of options.connections) {
      const bridge = await made(attachment.network)
      const link = linkName(attachment.address)
      await departures.finish(link)
      const defaultRoute = hasDefaultRoute(context, options, attachment)
      await connectContainer(host, { process: options.process, linkName: link, bridge, attachment, defaultRoute })
      links.push(link)
      await limitRate(context, attachment, link)
    }
    await rules.attach(options.containerId, allowed)
    await makeKnown(context, options)
  } catch (error) {
    for (const link of links) await removeLink(host, link)
    throw error
  }
}

/** See `NetworkDriver.reattach`. */
export async function reattachContainer({ context, made }: Attaching, options: AttachOptions): Promise<void> {
  const { host, rules, names, departures, linkName, store } = context
  const before = new Set(rules.attached(options.containerId)?.links.map(({ link }) => link))
  const wanted = new Map(options.connections.map(({ attachment }) => [linkName(attachment.address), attachment]))
  const target = targetOf(context, options)
  // What it loses it loses before anything of it could be another's.
  await rules.attach(options.containerId, { ...target, links: target.links.filter(({ link }) => before.has(link)) })
  for (const link of before) if (!wanted.has(link)) await removeLink(host, link)
  for (const [link, attachment] of wanted) {
    if (before.has(link)) continue
    const bridge = await made(attachment.network)
    await departures.finish(link)
    await connectContainer(host, { process: options.process, linkName: link, bridge, attachment, defaultRoute: false })
    await limitRate(context, attachment, link)
  }
  await rules.attach(options.containerId, target)
  const first = options.connections.find(({ attachment }) => hasDefaultRoute(context, options, attachment))
  if (first !== undefined) await replaceDefaultRoute(options.process, first.attachment)
  for (const { bridge, name } of store.all())
    if (!options.connections.some(({ attachment }) => attachment.network === name)) names.detach(options.containerId, bridge)
  await makeKnown(context, options)
}

/** The container as the packet rules see it. */
export function targetOf(context: NetworkContext, options: Pick<AttachOptions, "connections" | "ports">): AttachedTarget {
  const attachments = options.connections.map(({ attachment }) => attachment)
  return {
    links: attachments.map(({ address, macAddress }) => ({ link: context.linkName(address), macAddress, address })),
    address: attachments.find(({ network }) => !isInternal(context, network))?.address,
    ports: options.ports,
    tenantNumbers: attachments.map(({ macAddress }) => tenantNumberOf(macAddress)),
  }
}

/** True for the first connection with a way out. */
export function hasDefaultRoute(
  context: NetworkContext,
  { connections }: Pick<AttachOptions, "connections">,
  attachment: NetworkAttachment,
): boolean {
  return connections.find((each) => !isInternal(context, each.attachment.network))?.attachment === attachment
}

/** The networks that know the container by name. On the bridge that tenants once shared only the operator's are known. */
export function knownIn(
  { store }: NetworkContext,
  { connections, tenant }: Pick<AttachOptions, "connections" | "tenant">,
): { network: NetworkDocument; connection: Connection }[] {
  return connections.flatMap((connection) => {
    const network = store.get(connection.attachment.network)
    return network?.tenant === tenant ? [{ network, connection }] : []
  })
}

export function namedContainer(
  { containerId, name }: Pick<AttachOptions, "containerId" | "name">,
  attachment: NetworkAttachment | undefined,
  aliases: readonly string[],
): NamedContainer {
  return { containerId, address: attachment?.address ?? "", names: [name, containerId.slice(0, 12), ...aliases] }
}

/** The link leads into its tenant's queue, where there is one. */
export async function limitRate({ shaper, store }: NetworkContext, attachment: NetworkAttachment, link: string): Promise<void> {
  const network = store.get(attachment.network)
  if (network !== undefined) await shaper.joinLink(network.tenant, link, network)
}

/** Its names are resolved in its networks. */
export async function makeKnown(context: NetworkContext, options: Omit<AttachOptions, "process">): Promise<void> {
  for (const { network, connection } of knownIn(context, options)) {
    const { name, bridge, gateway, internal = false } = network
    const container = namedContainer(options, connection.attachment, connection.aliases)
    await context.names.attach({ name, bridge, gateway, internal }, container)
  }
}

function isInternal({ store }: NetworkContext, network: string): boolean {
  return store.get(network)?.internal === true
}
