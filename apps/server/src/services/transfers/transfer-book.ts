import type { Transfer, TransfersMessage } from "../../contract/transfers.js"
import { LatestQueue } from "../live/latest-queue.js"

type Delta = Extract<TransfersMessage, { type: "delta" }>

const KEPT_MS = 3_600_000
const KEPT_COUNT = 100
/** Five times a second. */
const PACE_MS = 200

/** The transfers that run and those that ended lately, and those who follow them. */
export class TransferBook {
  readonly #transfers = new Map<string, Transfer>()
  readonly #followers = new Set<LatestQueue<Delta>>()
  readonly #upserted = new Set<string>()
  readonly #removed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #toldAt = Number.NEGATIVE_INFINITY

  /** `now`: the time of day, for what is kept; `monotonic`: for the pace. */
  constructor(private readonly clock: { now: () => number; monotonic: () => number }) {}

  get(id: string): Transfer | undefined {
    return this.#transfers.get(id)
  }

  /** Adds it or takes its place. */
  put(transfer: Transfer): void {
    this.#transfers.set(transfer.id, transfer)
    this.#upserted.add(transfer.id)
    if (transfer.status !== "running") this.forgetOld()
    this.#tellSoon()
  }

  /** Those that ended an hour ago, and all but the last hundred. */
  forgetOld(): void {
    const ended = [...this.#transfers.values()].filter(({ endedAt }) => endedAt !== null)
    ended.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    const oldest = this.clock.now() - KEPT_MS
    for (const [index, { id, endedAt }] of ended.entries()) {
      if (index < KEPT_COUNT && (endedAt ?? 0) > oldest) continue
      this.#transfers.delete(id)
      this.#upserted.delete(id)
      this.#removed.add(id)
      this.#tellSoon()
    }
  }

  async *follow(signal: AbortSignal): AsyncGenerator<TransfersMessage, void, void> {
    const queue = new LatestQueue<Delta>(mergeTransferDeltas)
    this.#followers.add(queue)
    try {
      this.forgetOld()
      yield { type: "snapshot", transfers: [...this.#transfers.values()] }
      yield* queue.read(signal)
    } finally {
      this.#followers.delete(queue)
    }
  }

  /** Tells what is left to tell, and ends all who follow. */
  close(): void {
    this.#tell()
    for (const follower of this.#followers) follower.end()
  }

  #tellSoon(): void {
    if (this.#timer !== undefined) return
    const waitMs = Math.max(0, this.#toldAt + PACE_MS - this.clock.monotonic())
    this.#timer = setTimeout(() => this.#tell(), waitMs).unref()
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#upserted.size + this.#removed.size === 0) return
    this.#toldAt = this.clock.monotonic()
    const upserted = [...this.#upserted].flatMap((id) => this.#transfers.get(id) ?? [])
    const delta: Delta = { type: "delta", upserted, removed: [...this.#removed] }
    this.#upserted.clear()
    this.#removed.clear()
    for (const follower of this.#followers) follower.push(delta)
  }
}

/** One delta that says what both do, in order. */
export function mergeTransferDeltas(waiting: Delta, next: Delta): Delta {
  const removed = [...new Set([...waiting.removed, ...next.removed])]
  const upserted = new Map([...waiting.upserted, ...next.upserted].map((transfer) => [transfer.id, transfer]))
  for (const id of removed) upserted.delete(id)
  return { type: "delta", upserted: [...upserted.values()], removed }
}
