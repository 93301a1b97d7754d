import type { PublishedPort } from "../engine.js"
import { isEngineError } from "../errors.js"
import { type SpawnTool, spawnTool } from "../kernel/spawn-tool.js"
import { addElements, addNeighbours, deleteElements, type RulesetInput, removeTables, renderRuleset } from "./ruleset.js"

/** A container that is attached, as the rules see it. */
export interface AttachedTarget {
  address: string
  ports: readonly PublishedPort[]
  tenantNumber: number
}

type Network = Pick<RulesetInput, "bridge" | "subnet">

/** The instance's nftables tables. Changes are queued: nft transactions of one table never race. */
export class PacketRules {
  readonly #table: string
  readonly #spawn: SpawnTool
  readonly #attached = new Map<string, AttachedTarget>()
  /** Numbers that are in the kernel's set; those of tenants that left stay until everything is written anew. */
  #tenants = new Set<number>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(table: string, spawn: SpawnTool = spawnTool) {
    this.#table = table
    this.#spawn = spawn
  }

  /** Replaces all rules in one transaction, for what is attached now. */
  apply(network: Network): Promise<void> {
    return this.#queue(() => this.#applyAll(network))
  }

  /** Sets what is attached without touching the kernel; `apply` follows. */
  assume(attached: ReadonlyMap<string, AttachedTarget>): void {
    this.#attached.clear()
    for (const [containerId, target] of attached) this.#attached.set(containerId, target)
  }

  /** Publishes its ports and lets it talk to its tenant's containers. Without ports and with a tenant that is known: no process is started. */
  async attach(containerId: string, target: AttachedTarget, network: Network): Promise<void> {
    this.#attached.set(containerId, target)
    try {
      await this.#queue(() => this.#change(this.#additions(target), network))
      this.#tenants.add(target.tenantNumber)
    } catch (error) {
      this.#attached.delete(containerId)
      throw error
    }
  }

  /** No effect when it is not attached. */
  async detach(containerId: string, network: Network): Promise<void> {
    const target = this.#attached.get(containerId)
    if (target === undefined) return
    this.#attached.delete(containerId)
    await this.#queue(() => this.#change(deleteElements({ table: this.#table, published: published(target) }), network))
  }

  /** Removes the tables; no effect when there are none. */
  remove(): Promise<void> {
    this.#attached.clear()
    this.#tenants.clear()
    return this.#queue(() => this.#nft(removeTables(this.#table)))
  }

  #additions(target: AttachedTarget): string {
    const tenants = this.#tenants.has(target.tenantNumber) ? [] : [target.tenantNumber]
    return addNeighbours({ table: this.#table, tenants }) + addElements({ table: this.#table, published: published(target) })
  }

  // The kernel's rules may differ from what is in memory (somebody flushed them): then all of them are written anew.
  async #change(batch: string, network: Network): Promise<void> {
    if (batch === "") return
    try {
      await this.#nft(batch)
    } catch (error) {
      if (!isEngineError(error, "network_failed")) throw error
      await this.#applyAll(network)
    }
  }

  async #applyAll(network: Network): Promise<void> {
    const targets = [...this.#attached.values()]
    const tenants = new Set(targets.map((target) => target.tenantNumber))
    await this.#nft(renderRuleset({ table: this.#table, ...network, published: targets.flatMap(published), tenants: [...tenants] }))
    this.#tenants = tenants
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

function published({ address, ports }: AttachedTarget): { address: string; port: PublishedPort }[] {
  return ports.map((port) => ({ address, port }))
}
