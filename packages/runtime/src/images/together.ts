/**
 * Does all of them, `limit` at the same time. When one fails the others are aborted, and it rejects with the first failure once none runs any more:
 * whoever tidies up then has nobody beside him.
 */
export async function together<T, R>(
  items: readonly T[],
  options: { limit: number; signal?: AbortSignal },
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController()
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal])
  const results = new Map<number, R>()
  const failures: unknown[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted) return
      try {
        results.set(index, await work(item, signal))
      } catch (error) {
        failures.push(error)
        failed.abort(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  options.signal?.throwIfAborted()
  return items.map((_, index) => results.get(index) as R)
}
