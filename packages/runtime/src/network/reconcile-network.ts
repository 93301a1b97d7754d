import type { NetworkAttachment, PublishedPort } from "../engine.js"
import { isSameProcessAlive, type ProcessIdentity } from "../kernel/process-stat.js"
import { connectContainer, removeLink } from "./container-link.js"
import { tenantNumberOf } from "./ipv4.js"
import { type Link, setMaster } from "./netlink/links.js"
import type { NetworkContext } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"
import type { KnownContainers } from "./network-driver.js"

export interface AliveContainer {
  containerId: string
  process: ProcessIdentity
  attachment: NetworkAttachment
  ports: PublishedPort[]
}

/** Makes the host's links, rules and leases those of the containers that are alive and known. */
export async function reconcileNetwork(
  context: NetworkContext,
  facts: { alive: readonly AliveContainer[]; known: KnownContainers },
): Promise<void> {
  const { host, store, rules, linkName } = context
  const alive = new Map(facts.alive.map((container) => [linkName(container.attachment.address), container]))
  const links = (await host.links()).filter((link) => context.ownsLink(link.name))
  await removeStrays(context, links, new Set(alive.keys()))
  const network = store.document
  if (network === undefined) return
  await settleLeases(context, network, facts.known)
  rules.assume(
    new Map(
      facts.alive.map(({ containerId, attachment, ports }) => [
        containerId,
        { address: attachment.address, ports, tenantNumber: tenantNumberOf(attachment.macAddress) },
      ]),
    ),
  )
  const bridge = links.find((link) => link.name === network.bridge)
  if (bridge === undefined) return
  await repairLinks(context, { alive, links, bridge })
  await rules.apply(network)
}

async function removeStrays(context: NetworkContext, links: readonly Link[], wanted: ReadonlySet<string>): Promise<void> {
  for (const link of links) if (link.kind === "veth" && !wanted.has(link.name)) await removeLink(context.host, link.name)
}

// The containers' documents are the truth: a power cut may have taken the newest leases, a crash left some of half-made containers.
async function settleLeases(context: NetworkContext, network: NetworkDocument, known: KnownContainers): Promise<void> {
  network.leases = {}
  network.tenants = {}
  for (const [containerId, { tenant, attachment, ports }] of known) {
    if (attachment?.network !== network.name) continue
    network.leases[containerId] = { address: attachment.address, tenant, ports: [...ports] }
    network.tenants[tenant] = tenantNumberOf(attachment.macAddress)
  }
  await context.store.save()
}

// A bridge that was deleted and made anew has lost its ports.
async function repairLinks(
  context: NetworkContext,
  found: { alive: ReadonlyMap<string, AliveContainer>; links: readonly Link[]; bridge: Link },
): Promise<void> {
  for (const [name, container] of found.alive) {
    const link = found.links.find((candidate) => candidate.name === name)
    if (link === undefined) await reconnect(context, found.bridge, name, container)
    else if (link.masterIndex !== found.bridge.index) await context.host.request("rejoin bridge", setMaster(link.index, found.bridge.index))
  }
}

// One that ends while it is being taken over has taken its link along.
async function reconnect({ host }: NetworkContext, bridge: Link, linkName: string, { process, attachment }: AliveContainer): Promise<void> {
  try {
    await connectContainer(host, { process, linkName, bridge, attachment })
  } catch (error) {
    if (isSameProcessAlive(process.pid, process.startTicks)) throw error
  }
}
