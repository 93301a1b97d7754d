import type { Clock } from "../kernel/clock.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { HostNetwork, readSetting } from "./host-network.js"
import { parseAddress } from "./ipv4.js"
import { LinkDepartures } from "./link-departures.js"
import { NameServer } from "./name-server.js"
import { NetworkStore } from "./network-document.js"
import { PacketRules } from "./packet-rules.js"
import { TrafficShaper } from "./traffic-shaper.js"

/** Told what went wrong where nobody waits for it. */
export type Warn = (message: string, facts: Readonly<Record<string, unknown>>) => void

/** What the steps of the driver share. */
export interface NetworkContext {
  readonly host: HostNetwork
  readonly store: NetworkStore
  readonly rules: PacketRules
  readonly names: NameServer
  readonly shaper: TrafficShaper
  readonly departures: LinkDepartures
  /** With this the names of all links of the instance begin; the operator's bridge is named so. */
  readonly prefix: string
  /** Names of networks whose bridge is there. */
  readonly bridged: Set<string>
  /** Host's end of the link of the container that has the address. */
  readonly linkName: (address: string) => string
  /** True for names of the instance's links. */
  readonly ownsLink: (name: string) => boolean
  readonly warn: Warn
}

/** `tag`: six hexadecimal digits of the instance (spec/instance-name.ts). Touches nothing. */
export function openNetworkContext(options: {
  directory: string
  runDirectory: string
  instance: string
  tag: string
  clock: Clock
  spawn: SpawnTool
  warn: Warn
}): NetworkContext {
  const { clock, spawn, warn } = options
  const host = new HostNetwork()
  const prefix = `pl${options.tag}`
  const store = new NetworkStore(options.directory)
  const bridged = new Set<string>()
  return {
    host,
    store,
    bridged,
    rules: new PacketRules({
      table: options.instance,
      prefix,
      networks: () =>
        store
          .all()
          .flatMap(({ name, bridge, subnet, gateway, internal = false }) =>
            bridged.has(name) ? [{ bridge, subnet, gateway, internal }] : [],
          ),
      changeElements: (change) => host.changeElements(change),
      spawn,
      connectionsPerNetwork,
      onUncounted: (error) =>
        warn("This kernel cannot count connections (nft_connlimit): a tenant may fill the host's table of them.", { error }),
    }),
    names: new NameServer({ directory: options.runDirectory, clock, spawn, warn }),
    shaper: new TrafficShaper({ host, spawn, prefix }),
    departures: new LinkDepartures({
      host,
      clock,
      onFailure: (link, error) => warn("A link of a container that is gone could not be removed.", { link, error }),
    }),
    prefix,
    // A link's name has at most 15 characters: 2 + 6, and at most 7 for an IPv4 address in base 36.
    linkName: remembered((address) => `${prefix}${(parseAddress(address) ?? 0).toString(36)}`),
    ownsLink: (name) => name.startsWith(prefix),
    warn,
  }
}

/** Of the host's table an eighth; and no more than the kernel counts without taking long. */
async function connectionsPerNetwork(): Promise<number> {
  const tableSize = await readSetting("net/netfilter/nf_conntrack_max")
  return Math.min(8192, Math.floor(Number(tableSize ?? 65_536) / 8))
}

/** Each sample of a container asks for its links' names. There are as many as addresses in use, and a few of those that were. */
function remembered(nameOf: (address: string) => string): (address: string) => string {
  const names = new Map<string, string>()
  return (address) => {
    const known = names.get(address)
    if (known !== undefined) return known
    const name = nameOf(address)
    if (names.size >= MAXIMUM_NAMES) names.clear()
    names.set(address, name)
    return name
  }
}

const MAXIMUM_NAMES = 4096
