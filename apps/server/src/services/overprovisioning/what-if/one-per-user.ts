import { EngineError } from "@plimsoll/runtime"
import { Turns } from "../../transfers/turns.js"

/** Threads at once, whoever asks. */
const AT_ONCE = 2

/** Work that a user has once at most, within a deadline; the users' works take turns. */
export class OnePerUser {
  readonly #running = new Map<string, AbortController>()
  readonly #turns = new Turns(AT_ONCE)

  constructor(private readonly deadlineMs: number) {}

  /** Takes the place of what the user has running. Rejects with `aborted` when it is itself replaced or `signal` aborts, and with `deadline_exceeded`. */
  async run<T>(user: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#running.get(user)?.abort(aborted("Another question has taken its place."))
    const own = new AbortController()
    this.#running.set(user, own)
    const leave = () => own.abort(aborted("Whoever asked has gone."))
    signal?.addEventListener("abort", leave, { once: true })
    const timer = setTimeout(() => own.abort(late(this.deadlineMs)), this.deadlineMs)
    try {
      const end = await this.#turns.take("all", own.signal)
      try {
        own.signal.throwIfAborted()
        return await work(own.signal)
      } finally {
        end()
      }
    } catch (error) {
      // What was cut off says why, whatever the cut made of it.
      throw own.signal.aborted ? own.signal.reason : error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener("abort", leave)
      if (this.#running.get(user) === own) this.#running.delete(user)
    }
  }
}

function aborted(publicMessage: string): EngineError {
  return new EngineError("aborted", { publicMessage })
}

function late(deadlineMs: number): EngineError {
  const publicMessage = `This takes longer than ${deadlineMs / 1000} s. Ask for fewer days or fewer extra tenants.`
  return new EngineError("deadline_exceeded", { publicMessage, facts: { deadlineMs } })
}
