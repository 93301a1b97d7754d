import { EngineError } from "../errors.js"

interface Running<T, P> {
  result: Promise<T>
  /** Aborts it once nobody waits for it any more. */
  controller: AbortController
  waiting: Set<TaskCall<P>>
  told: { last?: P }
}

export interface TaskCall<P> {
  signal?: AbortSignal
  onProgress: (progress: P) => void
}

/**
 * Tasks by key: who asks for one that runs already waits for that one. It is aborted when the last who waits gives up, who then learns of it only after the
 * task has tidied up.
 */
export class SharedTasks<T, P> {
  private readonly running = new Map<string, Running<T, P>>()

  /** Rejects as the task does, and with `aborted`. A task begun by another that fails is begun anew: its reason may have been the other's alone. */
  async run(key: string, call: TaskCall<P>, begin: (signal: AbortSignal, tell: (progress: P) => void) => Promise<T>): Promise<T> {
    const others = this.running.get(key)
    if (others !== undefined) {
      const outcome = await this.wait(others, call).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      if ("value" in outcome) return outcome.value
      if (call.signal?.aborted === true) throw outcome.error
    }
    return this.wait(this.running.get(key) ?? this.begin(key, begin), call)
  }

  private begin(key: string, begin: (signal: AbortSignal, tell: (progress: P) => void) => Promise<T>): Running<T, P> {
    const controller = new AbortController()
    const waiting = new Set<TaskCall<P>>()
    const told: Running<T, P>["told"] = {}
    const result = begin(controller.signal, (progress) => {
      told.last = progress
      for (const { onProgress } of waiting) onProgress(progress)
    }).finally(() => this.running.delete(key))
    const task = { result, controller, waiting, told }
    this.running.set(key, task)
    return task
  }

  private async wait(task: Running<T, P>, { signal, onProgress }: TaskCall<P>): Promise<T> {
    // An object of its own: two who wait with the same function are two.
    const self = { onProgress }
    task.waiting.add(self)
    if (task.told.last !== undefined) onProgress(task.told.last)
    let giveUp: (() => void) | undefined
    const gaveUp = new Promise<never>((_, reject) => {
      giveUp = () => {
        task.waiting.delete(self)
        if (task.waiting.size === 0) task.controller.abort(signal?.reason)
        else reject(new EngineError("aborted", { cause: signal?.reason }))
      }
    })
    if (giveUp !== undefined) signal?.addEventListener("abort", giveUp, { once: true })
    if (signal?.aborted === true) giveUp?.()
    try {
      return await Promise.race([task.result, gaveUp])
    } finally {
      task.waiting.delete(self)
      if (giveUp !== undefined) signal?.removeEventListener("abort", giveUp)
    }
  }
}
