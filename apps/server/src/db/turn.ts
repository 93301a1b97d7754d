/** Lets one after the other, in the order in which they came. */
export class Turn {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is one's turn, with what ends it. */
  async take(): Promise<() => void> {
    const { promise, resolve } = withResolvers()
    const before = this.#last
    this.#last = before.then(() => promise)
    await before
    return resolve
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.take()
    try {
      return await work()
    } finally {
      end()
    }
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
