import type { NetworkAttachment } from "../engine.js"
import { EngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { attachContainer, makeKnown, targetOf } from "./attach-container.js"
import { BridgeKeepers } from "./bridge-keepers.js"
import { type BridgeTap, tapBridge } from "./bridge-tap.js"
import { removeLink } from "./container-link.js"
import { type KeptFrame, KeptFrames } from "./kept-frames.js"
import type { Link } from "./netlink/links.js"
import type { NetlinkRequest } from "./netlink/message.js"
import { claimMac, deleteNeighbour, disclaimMac, learnMac, setNeighbour } from "./netlink/neighbours.js"
import type { NetworkContext } from "./network-context.js"
import type { AttachOptions } from "./network-driver.js"
import type { AttachedTarget } from "./packet-rules.js"
import { closePacketSocket, openPacketSocket, sendFrame } from "./packet-socket.js"

type ParkOptions = Omit<AttachOptions, "process">

/** A container's place at a bridge while it has no link there, or one that is closed. */
interface Place {
  attachment: NetworkAttachment
  bridge: Link
  tap: BridgeTap
}

interface Parked {
  options: ParkOptions
  onPacket: () => void
  frames: KeptFrames
  /** By network. */
  places: Map<string, Place>
}

/**
 * Containers whose processes are gone for a while. Their bridges lead what is sent to them to the host, which has no use for it: a tap hears it, keeps it and calls who can bring the processes back.
 *
 * ```
 *   park    another port ─▶ tap ─▶ packet filter closed ─▶ MAC address to the host, its neighbour entry fixed ─▶ link gone
 *   attach  a new link: the bridge leads nothing into it, the packet filter nothing out of it
 *   unpark  packet filter open ─▶ MAC address to the link ─▶ what was kept is sent into it
 * ```
 */
export class ParkedContainers {
  readonly #context: NetworkContext
  readonly #made: (network: string) => Promise<Link>
  readonly #clock: Clock
  readonly #keepers: BridgeKeepers
  readonly #parked = new Map<string, Parked>()

  constructor(options: { context: NetworkContext; made: (network: string) => Promise<Link>; clock: Clock }) {
    this.#context = options.context
    this.#made = options.made
    this.#clock = options.clock
    this.#keepers = new BridgeKeepers(options.context)
  }

  has(containerId: string): boolean {
    return this.#parked.has(containerId)
  }

  /** See `NetworkDriver.park`. */
  async park(options: ParkOptions, onPacket: () => void): Promise<void> {
    const { rules } = this.#context
    const { containerId, connections } = options
    const parked = this.#parked.get(containerId) ?? { options, onPacket, frames: this.#keep(), places: new Map<string, Place>() }
    Object.assign(parked, { options, onPacket })
    this.#parked.set(containerId, parked)
    try {
      for (const { attachment } of connections) await this.#listen(parked, attachment)
      // Before anything is kept from them: what they answered just now has its answer in turn, and no connection begins that they would not know.
      await rules.attach(containerId, closed(targetOf(this.#context, options)))
      for (const place of parked.places.values()) await this.#claim(place)
      await this.#removeLinks(options)
      await makeKnown(this.#context, options)
    } catch (error) {
      await this.forget(containerId)
      await this.#removeLinks(options)
      throw toEngineError(error, "network_failed", { op: "park", containerId })
    }
  }

  /** As `NetworkDriver.attach`, but nothing passes the links before `unpark`. */
  async attach(options: AttachOptions): Promise<void> {
    const parked = this.#parked.get(options.containerId)
    if (parked !== undefined) parked.options = options
    await attachContainer({ context: this.#context, made: this.#made }, options, closed(targetOf(this.#context, options)))
  }

  /** See `NetworkDriver.unpark`. */
  async unpark(containerId: string): Promise<void> {
    const parked = this.#parked.get(containerId)
    if (parked === undefined) return
    const { rules } = this.#context
    await rules.attach(containerId, targetOf(this.#context, parked.options))
    const links = new Map<string, Link>()
    for (const [network, place] of [...parked.places]) {
      links.set(network, await this.#open(place))
      place.tap.finish()
      parked.places.delete(network)
      this.#keepers.release(place.bridge)
    }
    this.#parked.delete(containerId)
    const kept = parked.frames.take()
    for (const [network, link] of links)
      this.#give(
        link,
        kept.filter((each) => each.network === network),
      )
  }

  /** Nobody listens for it any more, in this network or in any. No effect when it is not parked. */
  async forget(containerId: string, network?: string): Promise<void> {
    const parked = this.#parked.get(containerId)
    for (const [name, { tap, bridge, attachment }] of [...(parked?.places ?? [])]) {
      if (network !== undefined && name !== network) continue
      parked?.places.delete(name)
      tap.close()
      this.#keepers.release(bridge)
      await this.#unlessGone("disclaim MAC address", disclaimMac(bridge.index, attachment.macAddress))
      await this.#unlessGone("forget neighbour", deleteNeighbour(bridge.index, attachment.address))
    }
    if (parked?.places.size === 0) this.#parked.delete(containerId)
  }

  /** Stops listening; what leads to it in the kernel stays. */
  close(): void {
    for (const { places } of this.#parked.values()) for (const { tap } of places.values()) tap.close()
    this.#parked.clear()
    this.#keepers.close()
  }

  async #listen(parked: Parked, attachment: NetworkAttachment): Promise<void> {
    const { network, macAddress, address } = attachment
    const bridge = await this.#made(network)
    const known = parked.places.get(network)
    if (known?.bridge.index === bridge.index) return
    known?.tap.close()
    if (known !== undefined) this.#keepers.release(known.bridge)
    parked.places.delete(network)
    await this.#keepers.hold(bridge)
    const onPacket = (frame: Buffer | undefined): boolean => {
      const isKept = frame === undefined || parked.frames.add(network, frame)
      parked.onPacket()
      return isKept
    }
    const onHostQuestion = (): void => void this.#tellHost(bridge, attachment)
    try {
      const tap = tapBridge({ bridgeIndex: bridge.index, macAddress, address, onPacket, onHostQuestion })
      parked.places.set(network, { attachment, bridge, tap })
    } catch (error) {
      this.#keepers.release(bridge)
      throw error
    }
  }

  async #claim({ bridge, attachment }: Place): Promise<void> {
    await this.#context.host.request(
      "claim MAC address",
      claimMac(bridge.index, attachment.macAddress),
      setNeighbour(bridge.index, { ...attachment, permanent: true }),
    )
  }

  async #removeLinks({ connections }: ParkOptions): Promise<void> {
    const { host, linkName } = this.#context
    for (const { attachment } of connections) await removeLink(host, linkName(attachment.address))
  }

  // Somebody flushed the host's entries; who asked goes on asking when it fails.
  async #tellHost(bridge: Link, attachment: NetworkAttachment): Promise<void> {
    const { host, warn } = this.#context
    try {
      await host.request("tell neighbour", setNeighbour(bridge.index, { ...attachment, permanent: false }))
    } catch (error) {
      warn("The host does not know where a container that hibernates is.", { address: attachment.address, error })
    }
  }

  /** The link takes over what the bridge has for the container. A new port forwards within some milliseconds. */
  async #open({ attachment, bridge }: Place): Promise<Link> {
    const { host, linkName } = this.#context
    const link = await host.link(linkName(attachment.address))
    if (link === undefined)
      throw new EngineError("network_failed", { facts: { op: "open link", link: linkName(attachment.address), reason: "there is none" } })
    await host.request("release neighbour", setNeighbour(bridge.index, { ...attachment, permanent: false }))
    const until = this.#clock.monotonic() + PORT_DEADLINE_MS
    for (;;) {
      try {
        await host.request("open link", learnMac(link.index, attachment.macAddress))
        return link
      } catch (error) {
        if (!failedWith(error, "EPERM") || this.#clock.monotonic() >= until) throw error
      }
      await this.#clock.sleep(1)
    }
  }

  // The container is no worse off than after any loss of packets on the way.
  #give(link: Link, frames: readonly KeptFrame[]): void {
    if (frames.length === 0) return
    const lost = (error: unknown): void =>
      this.#context.warn("A packet that came while a container hibernated was lost.", { link: link.name, error })
    try {
      const socket = openPacketSocket(link.index, { offload: true })
      for (const { frame } of frames) {
        try {
          sendFrame(socket, frame)
        } catch (error) {
          lost(error)
        }
      }
      closePacketSocket(socket)
    } catch (error) {
      lost(error)
    }
  }

  async #unlessGone(operation: string, request: NetlinkRequest): Promise<void> {
    try {
      await this.#context.host.request(operation, request)
    } catch (error) {
      // The entry, or the bridge.
      if (!failedWith(error, "ENOENT") && !failedWith(error, "ENODEV")) throw error
    }
  }

  #keep(): KeptFrames {
    return new KeptFrames(() => this.#clock.monotonic())
  }
}

function closed(target: AttachedTarget): AttachedTarget {
  return { ...target, links: [] }
}

function failedWith(error: unknown, errno: string): boolean {
  return error instanceof EngineError && error.facts.errno === errno
}

const PORT_DEADLINE_MS = 2000
