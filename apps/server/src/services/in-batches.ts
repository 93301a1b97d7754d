export interface BatchOptions<T> {
  /** Opens the source; it must end when the signal aborts. */
  open: (signal: AbortSignal) => AsyncIterable<T>
  signal: AbortSignal
  /** What an item counts towards `maximumWeight`. Default 1. */
  weigh?: (item: T) => number
  /** A batch is full with it; the source is not read further until the batch is taken. */
  maximumWeight: number
}

/**
 * What is there at once comes together, and what comes alone comes without delay. Throws what the source throws, after the
 * items before it. Leaving early stops the source.
 */
export async function* inBatches<T>({ open, signal, weigh = () => 1, maximumWeight }: BatchOptions<T>): AsyncGenerator<T[], void, void> {
  const leaving = new AbortController()
  const end: { failed?: { error: unknown } } = {}
  let batch: T[] = []
  let weight = 0
  let ended = false
  let notEmpty = signalBox()
  let notFull = signalBox()

  async function read(): Promise<void> {
    try {
      for await (const item of open(AbortSignal.any([signal, leaving.signal]))) {
        batch.push(item)
        weight += weigh(item)
        notEmpty.set()
        if (weight >= maximumWeight && !leaving.signal.aborted) await notFull.promise
        if (leaving.signal.aborted) return
      }
    } catch (error) {
      end.failed = { error }
    } finally {
      ended = true
      notEmpty.set()
    }
  }

  const reading = read()
  try {
    for (;;) {
      await notEmpty.promise
      // Lets what is there already join.
      if (weight < maximumWeight && !ended) await new Promise((resolve) => setImmediate(resolve))
      notEmpty = signalBox()
      const taken = batch
      batch = []
      weight = 0
      if (ended) notEmpty.set()
      const full = notFull
      notFull = signalBox()
      full.set()
      if (taken.length > 0) yield taken
      else if (ended) {
        if (end.failed !== undefined) throw end.failed.error
        return
      }
    }
  } finally {
    leaving.abort()
    notFull.set()
    await reading
  }
}

/** A promise and what resolves it. */
function signalBox(): { promise: Promise<void>; set: () => void } {
  let set: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    set = resolve
  })
  return { promise, set }
}
