/** Decides who of one tenant's requests waits for whom; tenants do not wait for each other. */
export class TenantGate {
  readonly #queues = new Map<string, Promise<unknown>>()
  readonly #passing = new Map<string, Set<Promise<unknown>>>()

  /** Alone among those that take from these tenants' quotas: counting and making are one step. */
  alone<T>(tenants: readonly string[], work: () => Promise<T>): Promise<T> {
    // Always in the same order, so that two who want several never wait for each other.
    const [first, ...others] = [...new Set(tenants)].sort()
    return first === undefined ? work() : this.#queue(first, () => this.alone(others, work))
  }

  /** Side by side with others; `quiet` waits for it. */
  async pass<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    const passing = this.#passing.get(tenant) ?? new Set()
    this.#passing.set(tenant, passing)
    const done = work()
    passing.add(done)
    try {
      return await done
    } finally {
      passing.delete(done)
      if (passing.size === 0 && this.#passing.get(tenant) === passing) this.#passing.delete(tenant)
    }
  }

  /** Resolves when all that were passing have passed, however they ended. */
  async quiet(tenant: string): Promise<void> {
    await Promise.allSettled([...(this.#passing.get(tenant) ?? [])])
  }

  async #queue<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(tenant) ?? Promise.resolve()
    const turn = before.then(work, work)
    this.#queues.set(tenant, turn)
    try {
      return await turn
    } finally {
      if (this.#queues.get(tenant) === turn) this.#queues.delete(tenant)
    }
  }
}
