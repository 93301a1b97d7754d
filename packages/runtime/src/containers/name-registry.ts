import { EngineError } from "../errors.js"

/** Names that belong to one container each. Claiming is synchronous: of any number of claims at once exactly one wins. */
export class NameRegistry {
  readonly #owners = new Map<string, string>()

  ownerOf(name: string): string | undefined {
    return this.#owners.get(name)
  }

  /** Throws `name_in_use`. Claiming one's own name again has no effect. */
  claim(name: string, id: string): void {
    const owner = this.#owners.get(name)
    if (owner !== undefined && owner !== id) {
      throw new EngineError("name_in_use", {
        facts: { name, owner },
        publicMessage: `The name "${name}" belongs to container ${owner.slice(0, 12)}. Choose another name, or rename or remove that container first.`,
      })
    }
    this.#owners.set(name, id)
  }

  /** Frees the name if it is this container's. */
  release(name: string, id: string): void {
    if (this.#owners.get(name) === id) this.#owners.delete(name)
  }
}
