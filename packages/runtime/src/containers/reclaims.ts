import { KeyedQueue } from "./keyed-queue.js"

/** Side by side: the kernel works for each on a thread of the pool, which has four and other things to do. */
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
      return await this.inLane(() => work(controller.signal))
    } finally {
      this.#running.delete(id)
    }
  }

  inLane<T>(work: () => Promise<T>): Promise<T> {
    this.#turn = (this.#turn + 1) % LANES
    return this.#lanes.run(String(this.#turn), work)
  }

  /** Somebody waits for the container. No effect when nothing runs. */
  interrupt(id: string): void {
    this.#running.get(id)?.abort()
  }
}
