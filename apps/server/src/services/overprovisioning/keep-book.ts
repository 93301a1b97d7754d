import { every } from "../every.js"
import type { Sampler } from "../live/sampler.js"
import { diskUseBySale, type LineLook } from "./look-at-line.js"
import type { RiskWatch } from "./risk-watch.js"
import { type UseBook, WHOLE } from "./use-book.js"
import type { UseRingStore } from "./use-ring-store.js"
import { noteUse, type Use } from "./watch-use.js"

const MINUTE_MS = 60_000
const SAVE_EVERY_MINUTES = 5
/** Figures that are older are not of now: the sampler is stalled. */
const FRESH_MS = 10_000

export interface KeepBookDependencies {
  book: UseBook
  store: UseRingStore
  sampler: Pick<Sampler, "rows" | "sampledAt" | "onFrame">
  hasPlan: (tenant: string) => boolean
  look: () => Promise<LineLook>
  risk: RiskWatch
  now: () => number
  report: (error: unknown, doing: string) => void
}

export interface KeptBook {
  /** Of the last second; undefined: it was not measured lately. */
  used(): ReadonlyMap<string, Use> | undefined
  /** As looked at by the last minute; undefined: it could not be. */
  latest(): LineLook | undefined
  /** Looks anew, since something is not as it was. */
  redraw(): Promise<LineLook>
  /** Looks, notes disks, and saves when it is time. For the schedule. */
  minute(): Promise<void>
  /** Writes what is in memory. The sampler must have stopped. */
  close(): Promise<void>
}

/** Keeps the book of use: each second's figures go in, each minute the line is drawn anew, and now and then all is saved. */
export function keepBook(deps: KeepBookDependencies): KeptBook {
  const { book, store, sampler, report, now, hasPlan } = deps
  let used: { at: number; bySale: Map<string, Use> } | undefined
  let latest: LineLook | undefined
  let minutes = 0

  const stopFrames = sampler.onFrame(({ at, samples }) => {
    // A second that could not be measured is a gap, not a second in which nothing was used.
    if (samples === undefined || sampler.sampledAt !== at) return
    used = { at, bySale: noteUse(book, { at, rows: sampler.rows, samples, hasPlan }) }
  })

  async function redraw(): Promise<LineLook> {
    latest = undefined
    latest = await deps.look()
    return latest
  }

  async function minute(): Promise<void> {
    const look = await redraw()
    for (const [key, bytes] of diskUseBySale(look.disks, hasPlan)) book.observe("disk", key, look.at, bytes)
    await deps.risk.look({ atMs: look.at, sales: look.sales, book, lines: look.lines })
    if (++minutes % SAVE_EVERY_MINUTES === 0) {
      const present = new Set(look.sales.map(({ key }) => key))
      await store.remove(book.keepOnly(present))
      await store.save(book.kept(), now())
    }
  }

  const stopMinutes = every(MINUTE_MS, minute, (error) => report(error, "draw the load line"))
  return {
    used: () => (used !== undefined && Math.abs(now() - used.at) <= FRESH_MS ? used.bySale : undefined),
    latest: () => latest,
    redraw,
    minute,
    async close() {
      stopFrames()
      stopMinutes()
      await store.save(book.kept(), now())
    },
  }
}

/** What all containers together use. */
export function wholeUse(used: ReadonlyMap<string, Use> | undefined): Use | undefined {
  return used?.get(WHOLE)
}
