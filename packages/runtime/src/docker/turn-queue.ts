/** Runs actions one after the other, in order of arrival. */
export class TurnQueue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action, action)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** A queue for each name; those of different names do not wait for each other. */
export class TurnQueues {
  readonly #queues = new Map<string, { queue: TurnQueue; waiting: number }>()

  async run<T>(name: string, action: () => Promise<T>): Promise<T> {
    const entry = this.#queues.get(name) ?? { queue: new TurnQueue(), waiting: 0 }
    this.#queues.set(name, entry)
    entry.waiting++
    try {
      return await entry.queue.run(action)
    } finally {
      entry.waiting--
      if (entry.waiting === 0) this.#queues.delete(name)
    }
  }
}

/** Maps with at most `limit` actions under way; the results in order. */
export async function mapBounded<T, R>(items: readonly T[], limit: number, action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await action(items[index] as T)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
