import { KeyedQueue } from "./keyed-queue.js"

/** Side by side: each costs the kernel a core, and there are other things to do. */
const LANES = 2

/** Taking memory back takes seconds: few at a time, and each ends early when somebody else wants the container. */
export class Reclaims {
  readonly #lanes = new KeyedQueue()
  readonly #running = new Map<string, AbortController>()
  #turn = 0

  /** Runs the work when its turn comes; `signal` aborts by `interrupt`. One of a container at a time: its queue sees to that. */
  async run<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      return await this.inLane(controller.signal, () => work(controller.signal))
    } finally {
      this.#running.delete(id)
    }
  }

  /** Runs the work when its turn comes, or at once when the signal aborts, for which it looks itself: nobody waits for a turn that is of no use any more. */
  async inLane<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.#turn = (this.#turn + 1) % LANES
    const begun = gate()
    const over = gate()
    void this.#lanes.run(String(this.#turn), () => {
      begun.resolve()
      return over.promise
    })
    signal.addEventListener("abort", begun.resolve, { once: true })
    try {
      await begun.promise
      return await work()
    } finally {
      signal.removeEventListener("abort", begun.resolve)
      over.resolve()
    }
  }

  /** Somebody waits for the container. No effect when nothing runs. */
  interrupt(id: string): void {
    this.#running.get(id)?.abort()
  }

  interruptAll(): void {
    for (const id of [...this.#running.keys()]) this.interrupt(id)
  }
}

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
