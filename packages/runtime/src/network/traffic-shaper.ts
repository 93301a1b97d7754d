import type { SpawnTool } from "../kernel/spawn-tool.js"
import { removeLink } from "./container-link.js"
import type { HostNetwork } from "./host-network.js"
import { createIfb, setLinkUp } from "./netlink/links.js"

interface ShapedTenant {
  /** Of the names of its two queues. */
  number: number
  bytesPerSecond: number
}

/** A network of the tenant whose bridge is there. */
export interface ShapedNetwork {
  bridge: string
  subnet: string
}

/** Time that a full queue takes to empty: a sender notices the limit before it fills memory. */
const QUEUE_MS = 100
/** One packet that the sender's kernel has not cut up yet must fit (64 KiB with its headers). */
const MINIMUM_BURST_BYTES = 80_000
const BURST_MS = 10

/**
 * The rate of a tenant: all links of its containers lead what leaves their network into one queue (an ifb device with a token bucket), and all its
 * bridges what comes into the network into another, so that the rate is that of the sum. What containers send each other within a network touches no
 * queue. (tc-mirred(8), tc-tbf(8))
 *
 * Outward it is the links and not the bridge that lead away: with br_netfilter a packet has been translated already when the bridge passes it on,
 * and a detour there makes the kernel forget it (act_mirred clears its connection).
 */
export class TrafficShaper {
  readonly #host: HostNetwork
  readonly #spawn: SpawnTool
  readonly #prefix: string
  readonly #tenants = new Map<string, ShapedTenant>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: { host: HostNetwork; spawn: SpawnTool; prefix: string }) {
    this.#host = options.host
    this.#spawn = options.spawn
    this.#prefix = options.prefix
  }

  /** Sets or lifts (undefined) the rate of the sum of these bridges, which are all that the tenant has now. Rejects with `network_failed`. */
  set(tenant: string, bytesPerSecond: number | undefined, networks: readonly ShapedNetwork[]): Promise<void> {
    return this.#queue(async () => {
      const known = this.#tenants.get(tenant)
      if (bytesPerSecond === undefined) {
        if (known === undefined) return
        for (const { bridge } of networks) for (const device of [bridge, ...(await this.#portsOf(bridge))]) await this.#loosen(device)
        for (const device of this.#queues(known.number)) await removeLink(this.#host, device)
        this.#tenants.delete(tenant)
        return
      }
      const shaped = { number: known?.number ?? this.#freeNumber(), bytesPerSecond }
      this.#tenants.set(tenant, shaped)
      for (const device of this.#queues(shaped.number)) await this.#makeQueue(device, bytesPerSecond)
      // Those that lead there already go on doing so.
      if (known === undefined) for (const network of networks) await this.#tighten(network, shaped.number)
    })
  }

  /** The bridge was made just now; no effect for a tenant without a rate. */
  joinBridge(tenant: string, network: ShapedNetwork): Promise<void> {
    return this.#queue(async () => {
      const shaped = this.#tenants.get(tenant)
      if (shaped === undefined) return
      for (const device of this.#queues(shaped.number)) await this.#makeQueue(device, shaped.bytesPerSecond)
      await this.#tighten(network, shaped.number)
    })
  }

  /** The container's link was made just now. Without a rate it costs nothing. */
  async joinLink(tenant: string, link: string, { subnet }: Pick<ShapedNetwork, "subnet">): Promise<void> {
    const shaped = this.#tenants.get(tenant)
    if (shaped !== undefined) await this.#tightenLink(link, subnet, shaped.number)
  }

  /** True for a queue that nobody needs, of which a crash left the device. */
  isStray(device: string): boolean {
    const own = [...this.#tenants.values()].flatMap(({ number }) => this.#queues(number))
    return device.startsWith(`${this.#prefix}+`) && !own.includes(device)
  }

  /** Removes all queues. */
  async destroy(): Promise<void> {
    await this.#queue(async () => {
      this.#tenants.clear()
      for (const { name } of await this.#host.links()) if (this.isStray(name)) await removeLink(this.#host, name)
    })
  }

  /** Outward and inward. */
  #queues(number: number): [string, string] {
    const name = `${this.#prefix}+${number.toString(36)}`
    return [`${name}o`, `${name}i`]
  }

  async #portsOf(bridge: string): Promise<string[]> {
    const links = await this.#host.links()
    const index = links.find(({ name }) => name === bridge)?.index
    return links.flatMap(({ name, masterIndex }) => (index !== undefined && masterIndex === index ? [name] : []))
  }

  #freeNumber(): number {
    const taken = new Set([...this.#tenants.values()].map(({ number }) => number))
    let number = 1
    while (taken.has(number)) number++
    return number
  }

  async #makeQueue(device: string, bytesPerSecond: number): Promise<void> {
    if ((await this.#host.link(device)) === undefined) await this.#host.request("create ifb", createIfb(device), setLinkUp(device))
    const burst = Math.max(MINIMUM_BURST_BYTES, Math.ceil((bytesPerSecond * BURST_MS) / 1000))
    const limit = burst + Math.ceil((bytesPerSecond * QUEUE_MS) / 1000)
    await this.#tc(
      "qdisc",
      "replace",
      "dev",
      device,
      "root",
      "tbf",
      "rate",
      `${bytesPerSecond}bps`,
      "burst",
      `${burst}`,
      "limit",
      `${limit}`,
    )
  }

  async #tighten({ bridge, subnet }: ShapedNetwork, number: number): Promise<void> {
    const [, inward] = this.#queues(number)
    await this.#loosen(bridge)
    await this.#batch(
      `qdisc add dev ${bridge} clsact`,
      `filter add dev ${bridge} egress protocol ip prio 1 u32 match u32 0 0 action mirred egress redirect dev ${inward}`,
    )
    for (const link of await this.#portsOf(bridge)) await this.#tightenLink(link, subnet, number)
  }

  async #tightenLink(link: string, subnet: string, number: number): Promise<void> {
    const [outward] = this.#queues(number)
    await this.#loosen(link)
    await this.#batch(
      `qdisc add dev ${link} clsact`,
      `filter add dev ${link} ingress protocol ip prio 1 u32 match ip dst ${subnet} flowid 1:1`,
      `filter add dev ${link} ingress protocol ip prio 2 u32 match u32 0 0 action mirred egress redirect dev ${outward}`,
    )
  }

  async #loosen(device: string): Promise<void> {
    // There is none at first; where there was one, its filters go with it.
    await this.#spawn("tc", ["qdisc", "del", "dev", device, "clsact"], { acceptExitCodes: "any", timeoutMs: 10_000 })
  }

  // Several commands by one process. All names in them are our own.
  async #batch(...commands: readonly string[]): Promise<void> {
    const input = commands.map((command) => `${command}\n`).join("")
    await this.#spawn("tc", ["-batch", "-"], { input, errorCode: "network_failed", timeoutMs: 10_000 })
  }

  async #tc(...args: string[]): Promise<void> {
    await this.#spawn("tc", args, { errorCode: "network_failed", timeoutMs: 10_000 })
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
