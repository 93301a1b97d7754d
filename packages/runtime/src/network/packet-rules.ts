import type { PublishedPort } from "../engine.js"
import { isEngineError } from "../errors.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import type { SetElement } from "./netlink/set-elements.js"
import {
  addElements,
  addNeighbours,
  type BoundLink,
  boundElement,
  deleteElements,
  type RuledNetwork,
  removeTables,
  renderRuleset,
} from "./ruleset.js"

/** A container that is attached, as the rules see it. */
export interface AttachedTarget {
  links: readonly BoundLink[]
  /** Where its published ports lead to; undefined when it is in no network that they could come through. */
  address: string | undefined
  ports: readonly PublishedPort[]
  tenantNumbers: readonly number[]
}

/** Changes elements of the instance's sets as a whole or not at all, without a process; rejects with `network_failed`. */
export type ChangeElements = (change: { add: readonly SetElement[]; remove: readonly SetElement[] }) => Promise<void>

interface PacketRulesOptions {
  table: string
  /** With this the names of all bridges and links of the instance begin. */
  prefix: string
  /** The networks that have a bridge now. */
  networks: () => readonly RuledNetwork[]
  changeElements: ChangeElements
  spawn?: SpawnTool
  /** Most connections that a network's containers begin at a time (`RulesetInput`); given up where the kernel cannot count them. */
  connectionsPerNetwork?: () => Promise<number>
  onUncounted?: (error: unknown) => void
}

/** The instance's nftables tables. Changes are queued: transactions of one table never race. */
export class PacketRules {
  readonly #options: PacketRulesOptions
  readonly #spawn: SpawnTool
  readonly #attached = new Map<string, AttachedTarget>()
  /** Numbers that are in the kernel's set; those of tenants that left stay until everything is written anew. */
  #tenants = new Set<number>()
  #last: Promise<unknown> = Promise.resolve()
  /** False once the kernel refused rules that count and took them without. */
  #counts = true

  constructor(options: PacketRulesOptions) {
    this.#options = options
    this.#spawn = options.spawn ?? spawnTool
  }

  /** Replaces all rules in one transaction, for the networks and what is attached now. */
  apply(): Promise<void> {
    return this.#queue(() => this.#applyAll())
  }

  /** Sets what is attached without touching the kernel; `apply` follows. */
  assume(attached: ReadonlyMap<string, AttachedTarget>): void {
    this.#attached.clear()
    for (const [containerId, target] of attached) this.#attached.set(containerId, target)
  }

  /** What is attached of the container. */
  attached(containerId: string): AttachedTarget | undefined {
    return this.#attached.get(containerId)
  }

  /**
   * Lets the container's links carry what is its own, publishes its ports and lets it talk to its tenant's containers; instead of what it was before.
   * Without ports and with a tenant that is known no process is started.
   */
  async attach(containerId: string, target: AttachedTarget): Promise<void> {
    const before = this.#attached.get(containerId)
    this.#attached.set(containerId, target)
    try {
      await this.#queue(() => this.#change(before, target))
    } catch (error) {
      if (before === undefined) this.#attached.delete(containerId)
      else this.#attached.set(containerId, before)
      throw error
    }
  }

  /** No effect when it is not attached. */
  async detach(containerId: string): Promise<void> {
    const before = this.#attached.get(containerId)
    if (before === undefined) return
    this.#attached.delete(containerId)
    await this.#queue(() => this.#change(before, undefined))
  }

  /** Removes the tables; no effect when there are none. */
  remove(): Promise<void> {
    this.#attached.clear()
    this.#tenants.clear()
    return this.#queue(() => this.#nft(removeTables(this.#options.table)))
  }

  // The kernel's rules may differ from what is in memory (somebody flushed them): then all of them are written anew.
  async #change(before: AttachedTarget | undefined, after: AttachedTarget | undefined): Promise<void> {
    const { table, changeElements } = this.#options
    const batch = this.#batch(before, after)
    const { add, remove } = difference(before?.links ?? [], after?.links ?? [])
    try {
      if (batch !== "") await this.#nft(batch)
      if (add.length + remove.length > 0)
        await changeElements({ add: add.map((link) => boundElement(table, link)), remove: remove.map((link) => boundElement(table, link)) })
      for (const number of after?.tenantNumbers ?? []) this.#tenants.add(number)
    } catch (error) {
      if (!isEngineError(error, "network_failed")) throw error
      await this.#applyAll()
    }
  }

  #batch(before: AttachedTarget | undefined, after: AttachedTarget | undefined): string {
    const { table } = this.#options
    const [old, fresh] = [published(before), published(after)]
    const isSame = JSON.stringify(old) === JSON.stringify(fresh)
    const tenants = [...new Set(after?.tenantNumbers ?? [])].filter((number) => !this.#tenants.has(number))
    const ports = isSame ? "" : deleteElements({ table, published: old }) + addElements({ table, published: fresh })
    return addNeighbours({ table, tenants }) + ports
  }

  async #applyAll(): Promise<void> {
    const targets = [...this.#attached.values()]
    const tenants = new Set(targets.flatMap(({ tenantNumbers }) => tenantNumbers))
    const limit = this.#counts ? await this.#options.connectionsPerNetwork?.() : undefined
    try {
      await this.#nft(this.#render(targets, tenants, limit))
    } catch (error) {
      if (limit === undefined || !isEngineError(error, "network_failed")) throw error
      await this.#nft(this.#render(targets, tenants, undefined))
      this.#counts = false
      this.#options.onUncounted?.(error)
    }
    this.#tenants = tenants
  }

  #render(targets: readonly AttachedTarget[], tenants: ReadonlySet<number>, limit: number | undefined): string {
    const { table, prefix, networks } = this.#options
    return renderRuleset({
      table,
      prefix,
      networks: networks(),
      links: targets.flatMap(({ links }) => links),
      published: targets.flatMap(published),
      tenants: [...tenants],
      ...(limit !== undefined && { connectionsPerNetwork: limit }),
    })
  }

  async #nft(input: string): Promise<void> {
    await this.#spawn("nft", ["-f", "-"], { input, errorCode: "network_failed", timeoutMs: 20_000 })
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

function published(target: AttachedTarget | undefined): { address: string; port: PublishedPort }[] {
  const address = target?.address
  return target === undefined || address === undefined ? [] : target.ports.map((port) => ({ address, port }))
}

function difference(before: readonly BoundLink[], after: readonly BoundLink[]): { add: BoundLink[]; remove: BoundLink[] } {
  const key = ({ link, macAddress, address }: BoundLink): string => `${link} ${macAddress} ${address}`
  const [old, fresh] = [new Set(before.map(key)), new Set(after.map(key))]
  return { add: after.filter((link) => !old.has(key(link))), remove: before.filter((link) => !fresh.has(key(link))) }
}
