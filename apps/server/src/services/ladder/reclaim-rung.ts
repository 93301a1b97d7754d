import type { Shortage } from "../../contract/reasons.js"
import { chooseReclaim, LARGE_STEP_SHARE, STEP_SHARE } from "./choose-reclaim.js"
import type { LadderJournal } from "./ladder-journal.js"
import { ReclaimPace, STEP_EVERY_MS } from "./reclaim-pace.js"
import { attempt, type RungContext } from "./rung-context.js"
import type { Subject } from "./subject.js"

/** Small steps from one container become one event of at most this length. */
const SERIES_MS = 60_000
/** An engine that cannot is asked again after so long. */
const UNSUPPORTED_MS = 60_000

interface Series {
  subject: Subject
  since: number
  shortage: Shortage | null
  steps: number
  beforeBytes: number
  afterBytes: number
  gaveBackBytes: number
}

/** Takes idle memory back in steps that nobody feels. */
export class ReclaimRung {
  readonly pace = new ReclaimPace()
  readonly #series = new Map<string, Series>()
  #roundAt = Number.NEGATIVE_INFINITY
  #restsUntil = Number.NEGATIVE_INFINITY

  constructor(
    private readonly journal: LadderJournal,
    private readonly report: (error: unknown, doing: string) => void,
  ) {}

  /** `isLarge`: larger steps, where the next rung cannot do its part. */
  async take(context: RungContext, { isLarge }: { isLarge: boolean }): Promise<void> {
    const { at, shortage } = context
    if (at - this.#roundAt < STEP_EVERY_MS || at < this.#restsUntil) return
    this.#roundAt = at
    if (!context.hasSwap) return this.journal.tellOnce({ rung: "reclaim", result: "failed", why: { code: "no-swap" }, shortage })
    const chosen = chooseReclaim(context.subjects, {
      stepShare: isLarge ? LARGE_STEP_SHARE : STEP_SHARE,
      isReady: (subject) => this.pace.isReady(subject, at),
    })
    for (const { subject, bytes } of chosen) {
      if (context.mode === "advise") {
        const why = { code: "idle", idleMs: subject.quietForMs } as const
        await this.journal.tellOnce({ rung: "reclaim", result: "advised", subject, why, shortage, beforeBytes: subject.residentBytes })
      } else if (!(await this.#step(context, subject, bytes))) return
    }
  }

  /** Tells of series that are long enough, or of all of them. */
  async flush(at: number, { all }: { all: boolean }): Promise<void> {
    for (const [id, series] of this.#series) {
      if (!all && at - series.since < SERIES_MS) continue
      this.#series.delete(id)
      const { subject, shortage, steps, beforeBytes, afterBytes, gaveBackBytes } = series
      await this.journal.tell({
        rung: "reclaim",
        result: "done",
        subject,
        why: { code: "reclaimed", steps, idleMs: subject.quietForMs },
        shortage,
        beforeBytes,
        afterBytes,
        facts: { steps: String(steps), gaveBackBytes: String(gaveBackBytes) },
      })
    }
  }

  /** False: this engine cannot. */
  async #step({ containers, at, shortage }: RungContext, subject: Subject, bytes: number): Promise<boolean> {
    const outcome = await attempt(
      () => containers.reclaim(subject.id, bytes),
      (error) => this.report(error, `take memory back from ${subject.id}`),
    )
    if ("why" in outcome && outcome.isGone) return true
    if ("why" in outcome) {
      this.pace.took(subject, { at, gaveBackBytes: 0 })
      if (outcome.isUnsupported) this.#restsUntil = at + UNSUPPORTED_MS
      await this.journal.tellOnce({
        rung: "reclaim",
        result: "failed",
        ...(!outcome.isUnsupported && { subject }),
        why: outcome.why,
        shortage,
      })
      return !outcome.isUnsupported
    }
    const { beforeBytes, afterBytes } = outcome.value
    const gaveBackBytes = Math.max(0, beforeBytes - afterBytes)
    this.pace.took(subject, { at, gaveBackBytes })
    const series = this.#series.get(subject.id) ?? { subject, since: at, shortage, steps: 0, beforeBytes, afterBytes, gaveBackBytes: 0 }
    this.#series.set(subject.id, {
      ...series,
      afterBytes,
      steps: series.steps + 1,
      gaveBackBytes: series.gaveBackBytes + gaveBackBytes,
    })
    return true
  }
}
