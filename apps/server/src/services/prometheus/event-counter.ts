import { ladderRungs } from "../../contract/overprovisioning.js"
import type { EventLog } from "../events/event-log.js"

export interface EventCount {
  kind: string
  action: string
  count: number
}

/** Kinds and actions of engines are few; those of an audit are the operations. So many are told apart at most. */
const MAXIMUM_COUNTS = 500

/** What alarms are set on. Counted from 0: an increase to 1 of a counter that was not there before is none to Prometheus. */
const COUNTED_FROM_THE_START = {
  container: ["oom", "nap", "hibernate", "wake"],
  ladder: [...ladderRungs, "advise", "stalled"],
  incident: ["use", "pressure", "oom"],
}

/** Counts the events that come, by kind and action, from now on. */
export class EventCounter {
  readonly counts = new Map<string, EventCount>(
    Object.entries(COUNTED_FROM_THE_START).flatMap(([kind, actions]) =>
      actions.map((action) => [`${kind} ${action}`, { kind, action, count: 0 }] as const),
    ),
  )
  readonly #closing = new AbortController()
  #following: Promise<void> = Promise.resolve()

  start(events: Pick<EventLog, "follow">, onError: (error: unknown) => void): void {
    this.#following = this.#follow(events).catch(onError)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#following
  }

  async #follow(events: Pick<EventLog, "follow">): Promise<void> {
    for await (const { kind, action } of events.follow({ after: undefined, filters: {}, signal: this.#closing.signal })) {
      const key = `${kind} ${action}`
      const known = this.counts.get(key)
      if (known !== undefined) known.count++
      else if (this.counts.size < MAXIMUM_COUNTS) this.counts.set(key, { kind, action, count: 1 })
    }
  }
}
