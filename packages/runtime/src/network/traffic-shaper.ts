import type { SpawnTool } from "../kernel/spawn-tool.js"
import { removeLink } from "./container-link.js"
import type { HostNetwork } from "./host-network.js"
import { createIfb, setLinkUp } from "./netlink/links.js"

interface ShapedTenant {
  /** Of the names of its two queues. */
  number: number
  bytesPerSecond: number
}

interface Queue {
  device: string
  /** The bridge's side that leads into it: `ingress` is what containers send out of the network. */
  hook: "ingress" | "egress"
}

/** Time that a full queue takes to empty: a sender notices the limit before it fills memory. */
const QUEUE_MS = 100
/** One packet that the sender's kernel has not cut up yet must fit (64 KiB with its headers). */
const MINIMUM_BURST_BYTES = 80_000
const BURST_MS = 10

/**
 * The rate of a tenant: all its bridges lead what comes out of them into one queue (an ifb device with a token bucket), and what goes into them
 * into another, so that the rate is that of the sum. What its containers send each other within a network touches no queue. (tc-mirred(8), tc-tbf(8))
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
  set(tenant: string, bytesPerSecond: number | undefined, bridges: readonly string[]): Promise<void> {
    return this.#queue(async () => {
      const known = this.#tenants.get(tenant)
      if (bytesPerSecond === undefined) {
        if (known === undefined) return
        for (const bridge of bridges) await this.#loosen(bridge)
        for (const { device } of this.#queues(known.number)) await removeLink(this.#host, device)
        this.#tenants.delete(tenant)
        return
      }
      const shaped = { number: known?.number ?? this.#freeNumber(), bytesPerSecond }
      this.#tenants.set(tenant, shaped)
      for (const { device } of this.#queues(shaped.number)) await this.#makeQueue(device, bytesPerSecond)
      for (const bridge of bridges) await this.#tighten(bridge, shaped.number)
    })
  }

  /** The bridge was made just now; no effect for a tenant without a rate. */
  join(tenant: string, bridge: string): Promise<void> {
    return this.#queue(async () => {
      const shaped = this.#tenants.get(tenant)
      if (shaped === undefined) return
      for (const { device } of this.#queues(shaped.number)) await this.#makeQueue(device, shaped.bytesPerSecond)
      await this.#tighten(bridge, shaped.number)
    })
  }

  /** True for a queue that nobody needs, of which a crash left the device. */
  isStray(device: string): boolean {
    const own = [...this.#tenants.values()].flatMap(({ number }) => this.#queues(number).map((queue) => queue.device))
    return device.startsWith(`${this.#prefix}+`) && !own.includes(device)
  }

  /** Removes all queues. */
  async destroy(): Promise<void> {
    await this.#queue(async () => {
      this.#tenants.clear()
      for (const { name } of await this.#host.links()) if (this.isStray(name)) await removeLink(this.#host, name)
    })
  }

  #queues(number: number): Queue[] {
    const name = `${this.#prefix}+${number.toString(36)}`
    return [
      { device: `${name}o`, hook: "ingress" },
      { device: `${name}i`, hook: "egress" },
    ]
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

  async #tighten(bridge: string, number: number): Promise<void> {
    await this.#loosen(bridge)
    await this.#tc("qdisc", "add", "dev", bridge, "clsact")
    for (const { device, hook } of this.#queues(number)) {
      const everything = ["u32", "match", "u32", "0", "0"]
      const intoQueue = ["action", "mirred", "egress", "redirect", "dev", device]
      await this.#tc("filter", "add", "dev", bridge, hook, "protocol", "ip", "prio", "1", ...everything, ...intoQueue)
    }
  }

  async #loosen(bridge: string): Promise<void> {
    // There is none at first; where there was one, its filters go with it.
    await this.#spawn("tc", ["qdisc", "del", "dev", bridge, "clsact"], { acceptExitCodes: "any", timeoutMs: 10_000 })
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
