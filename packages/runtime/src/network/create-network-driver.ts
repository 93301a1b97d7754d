import { rm } from "node:fs/promises"
import type { NetworkSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import { type Clock, systemClock } from "../kernel/clock.js"
import { isSameProcessAlive } from "../kernel/process-stat.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { attachContainer, namedContainer, reattachContainer } from "./attach-container.js"
import { raiseLoopback } from "./container-link.js"
import { DEFAULT_NETWORK, defaultNetworkOf, tenantOfDefaultNetwork } from "./default-network.js"
import { ensureBridge, removeBridge } from "./host-bridge.js"
import { inputWaits } from "./input-waits.js"
import { Leases } from "./leases.js"
import { addCounters, LinkCounterReader, type LinkCounters, seenFromOtherEnd } from "./link-counters.js"
import type { Link } from "./netlink/links.js"
import { networkAbilities } from "./network-abilities.js"
import { openNetworkContext, type Warn } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"
import type { CreateNetworkOptions, NetworkDriver } from "./network-driver.js"
import { watchPackets } from "./packet-tap.js"
import { ParkedContainers } from "./parked-containers.js"
import { otherInstancesPorts } from "./ports/other-instances.js"
import { reconcileNetworks } from "./reconcile-network.js"
import { removeAll } from "./remove-all.js"
import { settleDocument } from "./settle-document.js"

export interface NetworkDriverOptions {
  /** `root/networks`. */
  directory: string
  /** For the name server's configuration; lost at reboot. */
  runDirectory: string
  /** `instanceName(root)`: the nftables table. */
  instance: string
  /** `instanceTag(root)`: in the names of links. */
  tag: string
  clock?: Clock
  spawn?: SpawnTool
  warn?: Warn
}

/** The network driver over rtnetlink, nftables, tc and aardvark-dns. Touches nothing until it is asked to. IPv4. */
export async function createNetworkDriver(options: NetworkDriverOptions): Promise<NetworkDriver> {
  const clock = options.clock ?? systemClock
  const spawn = options.spawn ?? spawnTool
  const context = openNetworkContext({ ...options, clock, spawn, warn: options.warn ?? (() => undefined) })
  const { host, store, rules, names, shaper, departures, linkName, bridged } = context
  await store.load()
  const leases = new Leases(store, async () => otherInstancesPorts({ own: options.instance, tables: await host.tables(), spawn }))
  const counters = new LinkCounterReader()
  const preference = Number.parseInt(options.tag, 16)
  let forwardingSwitchedOn = false
  let lastSettled: Promise<unknown> = Promise.resolve()

  // One after the other, or two networks would choose the same subnet.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = lastSettled.then(work)
    lastSettled = turn.catch(() => undefined)
    return turn
  }
  const settle = (settings: CreateNetworkOptions): Promise<NetworkDocument> =>
    inTurn(() => settleDocument(context, { ...settings, preference, now: clock.now() }))
  /** Of the tenant; its default network is made when it is asked for. */
  const documentFor = async (name: string, tenant: string): Promise<NetworkDocument> => {
    const existing = store.get(name)
    const isDefault = tenantOfDefaultNetwork(name) === tenant
    if (existing?.tenant !== tenant && !isDefault) throw unknownNetwork(name)
    // Once the bridge is there its subnet is decided; before, routes may have come that it must avoid.
    if (existing !== undefined && (bridged.has(name) || (await host.link(existing.bridge)) !== undefined)) return existing
    return settle({ name, tenant })
  }
  const making = new Map<string, Promise<Link>>()
  const make = async (name: string): Promise<Link> => {
    const known = store.get(name)
    if (known === undefined) throw unknownNetwork(name)
    const existing = await host.link(known.bridge)
    const document = existing === undefined ? await settle(known) : known
    const onForwarding = (): void => {
      forwardingSwitchedOn = true
    }
    const bridge = await ensureBridge(host, { document, existing, onForwarding })
    const isNew = !bridged.has(name) || existing === undefined
    bridged.add(name)
    if (isNew || !(await host.hasTable(options.instance))) await rules.apply()
    if (isNew) await shaper.joinBridge(document.tenant, document)
    return bridge
  }
  /** The network's bridge, with rules. Concurrent callers share one run; the next caller after it starts another. */
  const made = (name: string): Promise<Link> => {
    const running = making.get(name) ?? make(name).finally(() => making.delete(name))
    making.set(name, running)
    return running
  }
  const dropNetwork = async (network: NetworkDocument): Promise<void> => {
    const { name, bridge, leases: held } = network
    if (store.get(name) !== network) throw unknownNetwork(name)
    if (Object.keys(held).length > 0) throw inUse(network)
    // The document goes first: a bridge without one is removed by the next start.
    await store.remove(name)
    await departures.settled()
    await names.forget(bridge)
    const wasMade = bridged.delete(name)
    await removeBridge(host, bridge)
    if (wasMade) await rules.apply()
  }
  const bridgesOf = async (tenant: string): Promise<NetworkDocument[]> => {
    const found = new Set((await host.links()).map(({ name }) => name))
    return store.all().flatMap((network) => (network.tenant === tenant && found.has(network.bridge) ? [network] : []))
  }
  const attaching = { context, made }
  const parked = new ParkedContainers({ ...attaching, clock })

  return {
    ensure: async (networks) => {
      for (const network of networks) await made(network)
    },
    list: () => [...store.all().map(summaryOf), builtIn("host"), builtIn("none")],
    create: async (settings) => {
      refuseBuiltIn(settings.name)
      return inTurn(async () => {
        if (store.get(settings.name) !== undefined) throw nameInUse(settings.name)
        return summaryOf(await settleDocument(context, { ...settings, preference, now: clock.now() }))
      })
    },
    remove: async (name) => {
      const document = store.get(name)
      if (builtInNames.includes(name) || tenantOfDefaultNetwork(name) !== undefined) throw staysHere(name)
      if (document === undefined) throw unknownNetwork(name)
      await inTurn(() => dropNetwork(document))
      return summaryOf(document)
    },
    removeTenant: async (tenant) => {
      const own = store.all().filter((network) => network.tenant === tenant)
      await shaper.set(tenant, undefined, await bridgesOf(tenant))
      for (const network of own) await inTurn(() => dropNetwork(network))
    },
    reserve: async ({ network, tenant = OPERATOR_TENANT, interfaceName = "eth0", ...lease }) => {
      const name = network === DEFAULT_NETWORK ? defaultNetworkOf(tenant) : network
      return leases.reserveAddress(await documentFor(name, tenant), { tenant, interfaceName, ...lease })
    },
    reservePorts: async (containerId, ports) => (ports.length === 0 ? [] : leases.reservePorts(containerId, ports)),
    attach: (target) => (parked.has(target.containerId) ? parked.attach(target) : attachContainer(attaching, target)),
    reattach: (target) => reattachContainer(attaching, target),
    attachLoopback: raiseLoopback,
    park: (target, onPacket) => parked.park(target, onPacket),
    unpark: (containerId) => parked.unpark(containerId),
    detach: async (containerId) => {
      const links = [...leases.addressesOf(containerId).values()].map(linkName)
      await rules.detach(containerId)
      names.detach(containerId)
      await parked.forget(containerId)
      for (const link of links) departures.begin(link)
    },
    rename: (containerId, name, connections) =>
      names.rename(containerId, (network) => {
        const connection = connections.find(({ attachment }) => attachment.network === network)
        return namedContainer({ containerId, name }, connection?.attachment, connection?.aliases ?? []).names
      }),
    release: async (containerId, network) => {
      await parked.forget(containerId, network)
      leases.release(containerId, network)
    },
    resolversFor: (connections) => {
      const first = connections[0]
      return names.available && first !== undefined ? [first.attachment.gateway] : undefined
    },
    setRate: async (tenant, bytesPerSecond) => shaper.set(tenant, bytesPerSecond, await bridgesOf(tenant)),
    sample: (containerId) => {
      let sum: LinkCounters | undefined
      for (const address of leases.addressesOf(containerId).values()) {
        const seen = counters.counters(linkName(address))
        sum = sum === undefined || seen === undefined ? (seen ?? sum) : addCounters(sum, seen)
      }
      return sum && seenFromOtherEnd(sum)
    },
    watchPackets: (containerId, onPacket) => watchPackets(host, [...leases.addressesOf(containerId).values()].map(linkName), onPacket),
    inputWaits: ({ pid, startTicks }) => isSameProcessAlive(pid, startTicks) && inputWaits(pid),
    reconcile: async (alive, known) => {
      parked.close()
      await reconcileNetworks(context, { alive, known, leases, made })
    },
    abilities: () =>
      networkAbilities({
        host,
        spawn,
        prefix: context.prefix,
        subnet: store.get(DEFAULT_NETWORK)?.subnet,
        forwardingSwitchedOn,
        names: names.available,
      }),
    settled: () => departures.settled(),
    close: async () => {
      parked.close()
      await names.close()
      await departures.settled()
      host[Symbol.dispose]()
    },
    destroy: async () => {
      parked.close()
      await departures.settled()
      await removeAll(context)
      await rm(options.directory, { recursive: true, force: true })
      host[Symbol.dispose]()
    },
  }
}

const builtInNames = [DEFAULT_NETWORK, "host", "none"]

function summaryOf(network: NetworkDocument): Omit<NetworkSummary, "containers"> {
  const { id, name, tenant, subnet, gateway, bridge, createdAt, internal = false, labels = {} } = network
  return { id, name, tenant, driver: "bridge", subnet, gateway, bridge, internal, createdAt, labels }
}

function builtIn(driver: "host" | "none"): Omit<NetworkSummary, "containers"> {
  return { id: driver, name: driver, tenant: OPERATOR_TENANT, driver, internal: driver === "none", createdAt: 0, labels: {} }
}

function refuseBuiltIn(name: string): void {
  if (builtInNames.includes(name)) throw nameInUse(name)
  if (tenantOfDefaultNetwork(name) === undefined) return
  throw new EngineError("invalid_argument", {
    facts: { network: name },
    publicMessage: `Names that end with ".${DEFAULT_NETWORK}" are for the networks that tenants have by themselves. Choose another.`,
  })
}

function nameInUse(name: string): EngineError {
  return new EngineError("name_in_use", {
    facts: { network: name },
    publicMessage: `There is a network "${name}" already. Choose another name.`,
  })
}

function inUse({ name, leases }: NetworkDocument): EngineError {
  const count = Object.keys(leases).length
  return new EngineError("network_in_use", {
    facts: { network: name, containers: count },
    publicMessage: `Network "${name}" is in use by ${count === 1 ? "one container" : `${count} containers`}. Disconnect or remove them first.`,
  })
}

function staysHere(name: string): EngineError {
  return new EngineError("conflict", { facts: { network: name }, publicMessage: `Network "${name}" belongs to the engine and stays.` })
}

function unknownNetwork(network: string): EngineError {
  return new EngineError("not_found", { facts: { network }, publicMessage: `There is no network ${JSON.stringify(network)}.` })
}
