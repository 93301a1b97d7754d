import { STEP_MS } from "../../load-line/what-if/sale-courses.js"
import type { SaleHistory, SaleHistoryRequest } from "./read-sale-history.js"

/** Whoever moves sliders asks again within this. */
const KEPT_MS = 5 * 60_000

interface Kept {
  of: string
  history: Promise<SaleHistory>
  forget: NodeJS.Timeout
}

/** The last history that was read, as long as it is the newest there is and of the same sales. */
export class HistoryCache {
  #kept: Kept | undefined

  constructor(private readonly read: (request: SaleHistoryRequest) => Promise<SaleHistory>) {}

  get(request: SaleHistoryRequest): Promise<SaleHistory> {
    const { days, now, sales, withDisks } = request
    const of = JSON.stringify([Math.floor(now / STEP_MS), days, withDisks, sales.map(({ subject }) => [subject.scope, subject.key])])
    const kept = this.#kept
    if (kept?.of === of) {
      kept.forget.refresh()
      return kept.history
    }
    clearTimeout(kept?.forget)
    const history = this.read(request)
    const forget = () => {
      if (this.#kept?.history === history) this.#kept = undefined
    }
    this.#kept = { of, history, forget: setTimeout(forget, KEPT_MS).unref() }
    // What could not be read is read again.
    history.catch(forget)
    return history
  }
}
