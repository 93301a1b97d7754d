import type { Clock } from "../kernel/clock.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { HostNetwork } from "./host-network.js"
import { parseAddress } from "./ipv4.js"
import { LinkDepartures } from "./link-departures.js"
import { NetworkStore } from "./network-document.js"
import { PacketRules } from "./packet-rules.js"

/** Told what went wrong where nobody waits for it. */
export type Warn = (message: string, facts: Readonly<Record<string, unknown>>) => void

/** What the steps of the driver share. */
export interface NetworkContext {
  readonly host: HostNetwork
  readonly store: NetworkStore
  readonly rules: PacketRules
  readonly departures: LinkDepartures
  readonly bridge: string
  /** Host's end of the link of the container that has the address. */
  readonly linkName: (address: string) => string
  /** True for names of the instance's links. */
  readonly ownsLink: (name: string) => boolean
  readonly warn: Warn
}

/** `tag`: six hexadecimal digits of the instance (spec/instance-name.ts). Touches nothing. */
export function openNetworkContext(options: {
  directory: string
  instance: string
  tag: string
  clock: Clock
  spawn: SpawnTool
  warn: Warn
}): NetworkContext {
  const host = new HostNetwork()
  const prefix = `pl${options.tag}`
  return {
    host,
    store: new NetworkStore(options.directory, "bridge"),
    rules: new PacketRules(options.instance, options.spawn),
    departures: new LinkDepartures({
      host,
      clock: options.clock,
      onFailure: (link, error) => options.warn("A link of a container that is gone could not be removed.", { link, error }),
    }),
    bridge: prefix,
    // A link's name has at most 15 characters: 2 + 6, and at most 7 for an IPv4 address in base 36.
    linkName: (address) => `${prefix}${(parseAddress(address) ?? 0).toString(36)}`,
    ownsLink: (name) => name.startsWith(prefix),
    warn: options.warn,
  }
}
