import type { Ability, NetworkAttachment, NetworkSummary, PublishedPort } from "../engine.js"
import type { ProcessIdentity } from "../kernel/process-stat.js"
import type { PortMapping } from "../spec/container-spec.js"
import type { LinkCounters } from "./link-counters.js"

/** A container's place in one network. */
export interface Connection {
  attachment: NetworkAttachment
  /** More names that it answers to there. */
  aliases: readonly string[]
}

/** By id, whether they run or not: what each was given when it was made. */
export type KnownContainers = ReadonlyMap<
  string,
  { tenant: string; attachments: readonly NetworkAttachment[]; ports: readonly PublishedPort[] }
>

/** A container that runs, with all that its links, rules and names depend on. */
export interface AttachOptions {
  containerId: string
  process: ProcessIdentity
  /** In the order of their default routes: the first that is not internal has it. */
  connections: readonly Connection[]
  ports: PublishedPort[]
  /** It is resolved by its name, the beginning of its id, and its aliases, within each of its networks. */
  name: string
  tenant: string
}

export interface CreateNetworkOptions {
  name: string
  tenant: string
  subnet?: string
  internal?: boolean
  labels?: Record<string, string>
}

type Summary = Omit<NetworkSummary, "containers">

/** Bridges, addresses, names and published ports of one engine instance. State survives in one JSON document a network. */
export interface NetworkDriver {
  /** Makes bridges of these networks, forwarding and nftables rules of the instance when absent; no effect when they are right. */
  ensure(networks: readonly string[]): Promise<void>
  list(): Summary[]
  /** Rejects with `name_in_use`, `invalid_argument`, `conflict` (subnet), `address_exhausted`. */
  create(options: CreateNetworkOptions): Promise<Summary>
  /** With bridge, rules and names. The caller knows that nobody is in it. Rejects with `not_found`, `conflict` (a built-in one). */
  remove(network: string): Promise<Summary>
  /** Removes all networks of a tenant that has no containers, and forgets its rate. */
  removeTenant(tenant: string): Promise<void>
  /**
   * Keeps an address for the container until `release`, also across restarts; asked again, the same. The tenant's (default `operator`) own default
   * network is made when it is first asked for. `not_found` (no network of this tenant), `address_exhausted`, `conflict` (asked for one that is
   * taken), `invalid_argument` (one outside of the subnet).
   */
  reserve(options: {
    containerId: string
    tenant?: string
    network: string
    address?: string
    interfaceName?: string
  }): Promise<NetworkAttachment>
  /** Chooses and keeps host ports; all or none. `port_in_use` names the port and who has it (a container, or another process of the host: tested by binding). */
  reservePorts(containerId: string, ports: PortMapping[]): Promise<PublishedPort[]>
  /** A veth for each connection into the network namespace of this very process, addresses, routes, loopback up, ports published, names known. Undone wholly when a step fails, `network_failed` when it is gone. */
  attach(options: AttachOptions): Promise<void>
  /** Makes links, routes, rules and names of a container that is attached those of its connections as they are now. */
  reattach(options: AttachOptions): Promise<void>
  /** Only loopback up, for `none`. */
  attachLoopback(process: ProcessIdentity): Promise<void>
  /**
   * Its processes are gone for a while, or about to be, and with them its links: address, published ports and names stay as they are. Resolving means that nothing reaches the processes any more.
   * Listens at the bridges for what is sent to it from anywhere, calls back at each packet that would need its processes (`wakeFilter`), and keeps the first ones (64, 64 KiB, a minute), until `unpark` or
   * `detach`; answers for it who asks for its MAC address. Parked already, or attached after it: closes its links again, with the new callback; what is kept stays. Rejects with `network_failed`; then it is not
   * parked, and has no links.
   */
  park(options: Omit<AttachOptions, "process">, onPacket: () => void): Promise<void>
  /**
   * Its processes run again: what came meanwhile is given to it. Before that `attach`, which gives one that is parked links that nothing passes, so that no packet comes before somebody listens. No effect when
   * it is not parked. Rejects with `network_failed`; then it is still parked.
   */
  unpark(containerId: string): Promise<void>
  /**
   * Takes port rules back and lets the links go; for a container whose processes are gone. Resolving means that nothing
   * reaches it any more. The kernel frees the links with their namespace some 20 ms later: `settled` waits for that, and
   * the addresses are not given to new links before.
   */
  detach(containerId: string): Promise<void>
  /** Its names are others from now on. */
  rename(containerId: string, name: string, connections: readonly Connection[]): void
  /** Gives address and ports back; with `network`, only the address in that one. */
  release(containerId: string, network?: string): Promise<void>
  /** Addresses of the name servers that a container with these connections asks; undefined: the host's own. */
  resolversFor(connections: readonly Connection[]): string[] | undefined
  /** Bytes a second of the sum of the tenant's containers, in each direction, across the edges of its networks; undefined: no limit. Rejects with `network_failed`, `tool_missing`. */
  setRate(tenant: string, bytesPerSecond: number | undefined): Promise<void>
  /** Sums of the container's ends of its links, as the container sees them. Synchronous (one read of /proc/net/dev for all). Undefined when there is none. */
  sample(containerId: string): LinkCounters | undefined
  /**
   * Calls back at each packet on its way into the container's network namespace that needs its processes (`wakeFilter`), from wherever it comes, until it is closed.
   * A container without links hears nothing. Rejects with `network_failed`.
   */
  watchPackets(containerId: string, onPacket: () => void): Promise<{ close(): void }>
  /** True when something came for the processes of this network namespace that they have not taken yet. */
  inputWaits(process: ProcessIdentity): boolean
  /**
   * Removes links, bridges, rules and names of containers that are not in `alive`, and puts back what is missing. Addresses and ports are
   * those of the `known` containers (by id), all others are given back. For reconciliation at start, before anything else.
   */
  reconcile(alive: readonly AttachOptions[], known: KnownContainers): Promise<void>
  /** What of this host's network works and what does not (forwarding, foreign firewalls, names, rates), in plain words. */
  abilities(): Promise<Ability[]>
  /** Resolves when every link that was let go is gone. */
  settled(): Promise<void>
  /** Waits until settled and closes handles; nothing is removed that a container needs. */
  close(): Promise<void>
  /** Removes bridges, queues, rules, the name server and files of the instance (for tests and uninstall). */
  destroy(): Promise<void>
}
