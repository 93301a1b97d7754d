import { chooseNap, napAfterMs } from "./choose-nap.js"
import type { LadderJournal } from "./ladder-journal.js"
import { NapPatience } from "./nap-patience.js"
import { attempt, type RungContext } from "./rung-context.js"
import type { Subject } from "./subject.js"
import type { Tightened } from "./tightened.js"

const PUT_OFF_MS = 10 * 60_000
/** An engine that cannot is asked again after so long: somebody may have added swap. */
const UNSUPPORTED_MS = 60_000

/** Lets idle containers nap, the largest first, one a second. */
export class NapRung {
  readonly patience = new NapPatience()
  readonly #putOffUntil = new Map<string, number>()
  #restsUntil = Number.NEGATIVE_INFINITY

  constructor(
    private readonly tightened: Tightened,
    private readonly journal: LadderJournal,
    private readonly report: (error: unknown, doing: string) => void,
  ) {}

  async take(context: RungContext): Promise<void> {
    const { at, settings, shortage, info } = context
    if (at < this.#restsUntil) return
    const subject = chooseNap(context.subjects, {
      idleMs: settings.nap.idleMs,
      kernelHoldsGuarantee: info.enforceableLimits.memoryLowBytes?.enforceable === true,
      patience: (id) => this.patience.times(id),
      isPutOff: (id) => at < (this.#putOffUntil.get(id) ?? Number.NEGATIVE_INFINITY) || this.#wasAdvised(context, id),
    })
    if (subject === undefined) return
    if (!context.hasSwap) return this.journal.tellOnce({ rung: "nap", result: "failed", why: { code: "no-swap" }, shortage })
    const about = { rung: "nap", subject, why: { code: "idle", idleMs: subject.quietForMs }, shortage } as const
    if (context.mode === "advise") return this.journal.tellOnce({ ...about, result: "advised", beforeBytes: subject.residentBytes })
    const outcome = await attempt(
      () => this.#nap(context, subject),
      (error) => this.report(error, `let ${subject.id} nap`),
    )
    if ("value" in outcome) {
      if (outcome.value === null) return
      const { beforeBytes, afterBytes } = outcome.value
      return this.journal.tell({ ...about, result: "done", beforeBytes, afterBytes })
    }
    if (outcome.isGone) return
    if (outcome.isUnsupported) this.#restsUntil = at + UNSUPPORTED_MS
    else this.#putOffUntil.set(subject.id, at + PUT_OFF_MS)
    await this.journal.tellOnce({
      rung: "nap",
      result: "failed",
      ...(!outcome.isUnsupported && { subject }),
      why: outcome.why,
      shortage,
    })
  }

  /** It was woken. `neededMs`: how long it had to be idle before it napped. */
  woke(id: string, labels: Record<string, string>, wake: { sleptMs: number; cause: string; idleMs: number }): void {
    const neededMs = (napAfterMs({ labels }, wake.idleMs) ?? wake.idleMs) * this.patience.times(id)
    this.patience.woke(id, { ...wake, neededMs })
  }

  keep(ids: ReadonlyMap<string, unknown>): void {
    this.patience.keep(ids)
    for (const id of this.#putOffUntil.keys()) if (!ids.has(id)) this.#putOffUntil.delete(id)
  }

  /** `null`: no packet would wake it, since its network is not its own. */
  async #nap({ containers }: RungContext, { id }: Subject) {
    const { kind } = (await containers.inspect(id)).resolved.network
    if (kind === "host" || kind === "container") {
      this.#putOffUntil.set(id, Number.POSITIVE_INFINITY)
      return null
    }
    // Afterwards it could not be given back without waking it.
    await this.tightened.putBack(containers, id)
    return containers.nap(id)
  }

  #wasAdvised({ mode, subjects }: RungContext, id: string): boolean {
    const subject = subjects.find((each) => each.id === id)
    return mode === "advise" && subject !== undefined && this.journal.wasTold({ rung: "nap", result: "advised", subject })
  }
}
