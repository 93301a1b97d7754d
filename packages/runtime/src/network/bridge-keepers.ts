import { closeSync } from "node:fs"
import { removeLink } from "./container-link.js"
import { type HostNetwork, hasIpv6 } from "./host-network.js"
import type { LinkDepartures } from "./link-departures.js"
import { createVeth, type Link, setLinkUp, withoutLinkLocalV6 } from "./netlink/links.js"
import { NetlinkSocket } from "./netlink/netlink-socket.js"

interface DeadEnd {
  namespaceFd: number
  socket: NetlinkSocket
}

interface Keeper {
  holders: number
  made: Promise<void>
}

/**
 * A bridge without a port that forwards has no carrier (br_stp.c, br_port_state_selection), and the kernel drops what the host sends into it before any packet socket sees it. So it has one
 * more port while somebody is held there: a link into a network namespace where nobody is and which has no address.
 */
export class BridgeKeepers {
  readonly #host: HostNetwork
  readonly #departures: LinkDepartures
  readonly #keepers = new Map<string, Keeper>()
  #deadEnd: DeadEnd | undefined

  constructor(options: { host: HostNetwork; departures: LinkDepartures }) {
    this.#host = options.host
    this.#departures = options.departures
  }

  /** The bridge keeps its carrier until as many `release`. */
  async hold(bridge: Link): Promise<void> {
    const keeper = this.#keepers.get(bridge.name) ?? { holders: 0, made: this.#make(bridge) }
    this.#keepers.set(bridge.name, keeper)
    keeper.holders++
    try {
      await keeper.made
    } catch (error) {
      if (this.#keepers.get(bridge.name) === keeper) this.#keepers.delete(bridge.name)
      throw error
    }
  }

  release(bridge: Link): void {
    const keeper = this.#keepers.get(bridge.name)
    if (keeper === undefined || --keeper.holders > 0) return
    this.#keepers.delete(bridge.name)
    this.#departures.begin(keeperName(bridge))
  }

  /** All go, with their namespace. */
  close(): void {
    this.#keepers.clear()
    this.#deadEnd?.socket[Symbol.dispose]()
    if (this.#deadEnd !== undefined) closeSync(this.#deadEnd.namespaceFd)
    this.#deadEnd = undefined
  }

  async #make(bridge: Link): Promise<void> {
    const name = keeperName(bridge)
    await this.#departures.finish(name)
    // Of a bridge that was deleted meanwhile.
    await removeLink(this.#host, name)
    this.#deadEnd ??= NetlinkSocket.openInNew("route")
    const { namespaceFd, socket } = this.#deadEnd
    const peer = { name, macAddress: KEEPER_MAC, namespaceFd }
    const quiet = hasIpv6() ? [withoutLinkLocalV6(name)] : []
    await this.#host.request(
      "create keeper",
      createVeth({ name, bridgeIndex: bridge.index, mtu: bridge.mtu, peer }),
      ...quiet,
      setLinkUp(name),
    )
    await socket.request(...quiet, setLinkUp(name))
  }
}

/** Neither an address in base 36 nor a queue has such a name. */
function keeperName({ name }: Link): string {
  return `${name}~`
}

/** Nobody ever sends to it. */
const KEEPER_MAC = "02:00:00:00:00:01"
