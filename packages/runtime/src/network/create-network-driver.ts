import { rm } from "node:fs/promises"
import type { NetworkSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import { type Clock, systemClock } from "../kernel/clock.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { connectContainer, raiseLoopback, removeLink } from "./container-link.js"
import { ensureBridge, removeBridge } from "./host-bridge.js"
import { tenantNumberOf } from "./ipv4.js"
import { Leases } from "./leases.js"
import { LinkCounterReader, seenFromOtherEnd } from "./link-counters.js"
import type { Link } from "./netlink/links.js"
import { networkAbilities } from "./network-abilities.js"
import { type NetworkContext, openNetworkContext, type Warn } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"
import type { NetworkDriver } from "./network-driver.js"
import { otherInstancesPorts } from "./ports/other-instances.js"
import { reconcileNetwork } from "./reconcile-network.js"
import { settleDocument } from "./settle-document.js"

export interface NetworkDriverOptions {
  /** `root/networks`. */
  directory: string
  /** `instanceName(root)`: the nftables table. */
  instance: string
  /** `instanceTag(root)`: in the names of links. */
  tag: string
  clock?: Clock
  spawn?: SpawnTool
  warn?: Warn
}

/** The network driver over rtnetlink and nftables. Touches nothing until it is asked to. IPv4; one network, `bridge`. */
export async function createNetworkDriver(options: NetworkDriverOptions): Promise<NetworkDriver> {
  const clock = options.clock ?? systemClock
  const spawn = options.spawn ?? spawnTool
  const context = openNetworkContext({ ...options, clock, spawn, warn: options.warn ?? (() => undefined) })
  const { host, store, rules, departures, linkName } = context
  await store.load()
  const leases = new Leases(store, async () => otherInstancesPorts({ own: options.instance, tables: await host.tables(), spawn }))
  const counters = new LinkCounterReader()
  let forwardingSwitchedOn = false

  const settled = shared(() => settleDocument(context, { preference: Number.parseInt(options.tag, 16), now: clock.now() }))
  // Once the bridge is there its subnet is decided; before, routes may have come that it must avoid.
  const document = async (bridge?: Link): Promise<NetworkDocument> => {
    const existing = bridge ?? (await host.link(context.bridge))
    return store.document !== undefined && existing !== undefined ? store.document : settled()
  }
  const made = shared(async () => {
    const existing = await host.link(context.bridge)
    const network = await document(existing)
    const onForwarding = (): void => {
      forwardingSwitchedOn = true
    }
    const bridge = await ensureBridge(host, { document: network, existing, onForwarding })
    if (!(await host.hasTable(options.instance))) await rules.apply(network)
    return { network, bridge }
  })

  return {
    ensure: async () => {
      await made()
    },
    list: async () => [...(store.document === undefined ? [] : [summaryOf(store.document)]), builtIn("host"), builtIn("none")],
    reserve: async ({ containerId, network, ...options }) => {
      if (network !== "bridge") throw unknownNetwork(network)
      return leases.reserveAddress(await document(), { containerId, tenant: "operator", ...options })
    },
    reservePorts: async (containerId, ports) => (ports.length === 0 ? [] : leases.reservePorts(await document(), containerId, ports)),
    attach: async ({ containerId, process, attachment, ports }) => {
      const { network, bridge } = await made()
      const link = linkName(attachment.address)
      await departures.finish(link)
      await connectContainer(host, { process, linkName: link, bridge, attachment })
      try {
        await rules.attach(
          containerId,
          { address: attachment.address, ports, tenantNumber: tenantNumberOf(attachment.macAddress) },
          network,
        )
      } catch (error) {
        await removeLink(host, link)
        throw error
      }
    },
    attachLoopback: raiseLoopback,
    detach: async (containerId) => {
      const network = store.document
      const address = network?.leases[containerId]?.address
      if (network === undefined || address === undefined) return
      await rules.detach(containerId, network)
      departures.begin(linkName(address))
    },
    release: async (containerId) => leases.release(containerId),
    sample: (containerId) => {
      const address = store.document?.leases[containerId]?.address
      const own = address === undefined ? undefined : counters.counters(linkName(address))
      return own === undefined ? undefined : seenFromOtherEnd(own)
    },
    reconcile: async (alive, known) => {
      if (alive.length > 0) await made()
      await reconcileNetwork(context, { alive, known })
    },
    abilities: () => networkAbilities({ host, spawn, bridge: context.bridge, subnet: store.document?.subnet, forwardingSwitchedOn }),
    settled: () => departures.settled(),
    close: async () => {
      await departures.settled()
      host[Symbol.dispose]()
    },
    destroy: async () => {
      await departures.settled()
      await removeAll(context)
      await rm(options.directory, { recursive: true, force: true })
      host[Symbol.dispose]()
    },
  }
}

async function removeAll(context: NetworkContext): Promise<void> {
  const links: Link[] = await context.host.links()
  for (const link of links) if (link.kind === "veth" && context.ownsLink(link.name)) await removeLink(context.host, link.name)
  await removeBridge(context.host, context.bridge)
  await context.rules.remove()
}

/** Concurrent callers share one run; the next caller after it starts another. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}

function summaryOf(network: NetworkDocument): Omit<NetworkSummary, "containers"> {
  const { id, name, tenant, subnet, gateway, bridge, createdAt } = network
  return { id, name, tenant, driver: "bridge", subnet, gateway, bridge, internal: false, createdAt, labels: {} }
}

function builtIn(driver: "host" | "none"): Omit<NetworkSummary, "containers"> {
  return { id: driver, name: driver, tenant: "operator", driver, internal: driver === "none", createdAt: 0, labels: {} }
}

function unknownNetwork(network: string): EngineError {
  return new EngineError("not_found", {
    facts: { network },
    publicMessage: `There is no network ${JSON.stringify(network)}. This engine has bridge, host and none.`,
  })
}
