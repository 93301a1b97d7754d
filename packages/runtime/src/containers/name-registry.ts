import { EngineError } from "../errors.js"

/**
 * Names that belong to one container each; every tenant has its own. Claiming is synchronous: of any number of claims at once exactly one wins.
 */
export class NameRegistry {
  /** By name, then by tenant. */
  readonly #owners = new Map<string, Map<string, string>>()

  ownerOf(tenant: string, name: string): string | undefined {
    return this.#owners.get(name)?.get(tenant)
  }

  /** Ids of all tenants' containers of that name. */
  ownersOf(name: string): string[] {
    return [...(this.#owners.get(name)?.values() ?? [])]
  }

  /** Throws `name_in_use`. Claiming one's own name again has no effect. */
  claim(tenant: string, name: string, id: string): void {
    const owner = this.ownerOf(tenant, name)
    if (owner !== undefined && owner !== id) {
      throw new EngineError("name_in_use", {
        facts: { name, owner },
        publicMessage: `The name "${name}" belongs to container ${owner.slice(0, 12)}. Choose another name, or rename or remove that container first.`,
      })
    }
    const owners = this.#owners.get(name) ?? new Map<string, string>()
    this.#owners.set(name, owners.set(tenant, id))
  }

  /** Frees the name if it is this container's. */
  release(tenant: string, name: string, id: string): void {
    const owners = this.#owners.get(name)
    if (owners?.get(tenant) !== id) return
    owners.delete(tenant)
    if (owners.size === 0) this.#owners.delete(name)
  }
}
