import type { Ability, NetworkAttachment, NetworkSummary, PublishedPort } from "../engine.js"
import type { ProcessIdentity } from "../kernel/process-stat.js"
import type { PortMapping } from "../spec/container-spec.js"
import type { LinkCounters } from "./link-counters.js"

/** By id, whether they run or not: what each was given when it was made. */
export type KnownContainers = ReadonlyMap<
  string,
  { tenant: string; attachment: NetworkAttachment | undefined; ports: readonly PublishedPort[] }
>

/** Bridges, addresses and published ports of one engine instance. State survives in one JSON document a network. */
export interface NetworkDriver {
  /** Makes bridge, forwarding and nftables rules of the instance when absent; no effect when they are right. */
  ensure(): Promise<void>
  list(): Promise<Omit<NetworkSummary, "containers">[]>
  /**
   * Keeps an address for the container until `release`, also across restarts; asked again, the same. `not_found` (network),
   * `address_exhausted`, `conflict` (asked for one that is taken), `invalid_argument` (one outside of the subnet).
   * Containers of one `tenant` (default `operator`) reach each other directly, those of different tenants only by published ports.
   */
  reserve(options: { containerId: string; tenant?: string; network: string; address?: string }): Promise<NetworkAttachment>
  /** Chooses and keeps host ports; all or none. `port_in_use` names the port and who has it (a container, or another process of the host: tested by binding). */
  reservePorts(containerId: string, ports: PortMapping[]): Promise<PublishedPort[]>
  /** veth into the network namespace of this very process, address, routes, loopback up, ports published. Undone wholly when a step fails, `network_failed` when it is gone. */
  attach(options: { containerId: string; process: ProcessIdentity; attachment: NetworkAttachment; ports: PublishedPort[] }): Promise<void>
  /** Only loopback up, for `none`. */
  attachLoopback(process: ProcessIdentity): Promise<void>
  /**
   * Takes port rules back and lets the link go; for a container whose processes are gone. Resolving means that nothing
   * reaches it any more. The kernel frees the link with its namespace some 20 ms later: `settled` waits for that, and
   * the address is not given to a new link before.
   */
  detach(containerId: string): Promise<void>
  /** Gives address and ports back. */
  release(containerId: string): Promise<void>
  /** Counters of the container's end of the link, as the container sees them. Synchronous (one read of /proc/net/dev for all). Undefined when there is none. */
  sample(containerId: string): LinkCounters | undefined
  /**
   * Removes links and rules of containers that are not in `alive`, and puts back what is missing. Addresses and ports are
   * those of the `known` containers (by id), all others are given back. For reconciliation at start, before anything else.
   */
  reconcile(
    alive: { containerId: string; process: ProcessIdentity; attachment: NetworkAttachment; ports: PublishedPort[] }[],
    known: KnownContainers,
  ): Promise<void>
  /** What of this host's network works and what does not (forwarding, foreign firewalls), in plain words. */
  abilities(): Promise<Ability[]>
  /** Resolves when every link that was let go is gone. */
  settled(): Promise<void>
  /** Waits until settled and closes handles; nothing is removed. */
  close(): Promise<void>
  /** Removes bridge, rules and files of the instance (for tests and uninstall). */
  destroy(): Promise<void>
}
