import { type LadderRung, type LadderSettings, ladderRungs } from "../../contract/overprovisioning.js"
import { isTaken, modeOf, type Stand } from "./decide-rung.js"
import { HibernateRung } from "./hibernate-rung.js"
import type { LadderJournal } from "./ladder-journal.js"
import { NapRung } from "./nap-rung.js"
import { ReclaimRung } from "./reclaim-rung.js"
import type { RungContext } from "./rung-context.js"
import { StopRung } from "./stop-rung.js"
import type { Stopped } from "./stopped.js"
import { TightenRung } from "./tighten-rung.js"
import type { Tightened } from "./tightened.js"

export interface RungsDependencies {
  journal: LadderJournal
  tightened: Tightened
  stopped: Stopped
  now: () => number
  monotonic: () => number
  report: (error: unknown, doing: string) => void
}

/**
 * All rungs; those up to the stand are at work together, the gentlest first. The engine pushes memory out for few at a time: while it writes one to disk, `reclaim` and `nap` rest, so that neither
 * waits for it and keeps the others from their work.
 */
export class Rungs {
  readonly reclaim: ReclaimRung
  readonly tighten: TightenRung
  readonly nap: NapRung
  readonly hibernate: HibernateRung
  readonly #stop: StopRung
  readonly #journal: LadderJournal

  constructor(deps: RungsDependencies) {
    const { journal, tightened, report } = deps
    this.#journal = journal
    this.reclaim = new ReclaimRung(journal, report)
    this.tighten = new TightenRung(tightened, journal, report)
    this.nap = new NapRung(tightened, journal, report)
    this.hibernate = new HibernateRung(deps)
    this.#stop = new StopRung(deps)
  }

  async take(stand: Stand, given: Omit<RungContext, "mode">): Promise<void> {
    const { settings, at } = given
    let shared = this.#withoutBusy(given)
    /** What it does now; `undefined`: nothing. */
    const working = (rung: LadderRung, isWanted = isTaken(stand, rung)): RungContext | undefined => {
      const mode = modeOf(settings, rung)
      return isWanted && mode !== "off" ? { ...shared, mode } : undefined
    }
    const tighten = working("tighten")
    if (tighten?.mode !== "act") await this.tighten.putBack(shared.containers, at)

    const reclaim = working("reclaim")
    if (reclaim !== undefined && !this.hibernate.isUnderWay)
      await this.reclaim.take(reclaim, { isLarge: tighten?.mode === "act" && !TightenRung.works(shared) })
    await this.reclaim.flush(at, { all: reclaim === undefined })
    if (tighten !== undefined) await this.tighten.take(tighten)
    // Begun before naps, so that nobody is pushed out to swap only to be written to disk in the same second.
    const hibernate = working("hibernate")
    if (hibernate !== undefined) await this.hibernate.take(hibernate)
    shared = this.#withoutBusy(given)
    const nap = working("nap", isTaken(stand, "nap") || settings.nap.always)
    if (nap !== undefined && !this.hibernate.isUnderWay) await this.nap.take(isTaken(stand, "nap") ? nap : { ...nap, shortage: null })
    // Nobody is stopped for a shortage that is over, though the rung is kept for a while.
    const stop = working("stop", stand.rung === "stop" && stand.isNeeded)
    if (stop !== undefined) await this.#stop.take(stop)
  }

  /** The ladder went up or down. */
  async tellMove(before: Stand, after: Stand, settings: LadderSettings): Promise<void> {
    for (const rung of ladderRungs) {
      const [was, is] = [isTaken(before, rung), isTaken(after, rung)]
      const mode = modeOf(settings, rung)
      if (was && !is) this.#journal.forgetTold(rung)
      if (was === is || mode === "off") continue
      await this.#journal.tell({
        rung,
        result: mode === "advise" ? "advised" : "done",
        why: is ? { code: rung === "stop-selling" ? "selling-stopped" : "rung-taken" } : { code: "rung-left", isOver: after.why === null },
        shortage: after.why,
        facts: { change: is ? "taken" : "left" },
      })
    }
  }

  /** Resolves when nothing is under way that `take` did not wait for. */
  settled(): Promise<void> {
    return this.hibernate.settled()
  }

  /** Forgets containers that are gone. */
  keep(ids: ReadonlyMap<string, unknown>): void {
    this.reclaim.pace.keep(ids)
    this.nap.keep(ids)
    this.hibernate.keep(ids)
    this.#stop.keep(ids)
  }

  /** One that is being written to disk is left alone: whatever is asked of it waits until that is done. */
  #withoutBusy(shared: Omit<RungContext, "mode">): Omit<RungContext, "mode"> {
    const busyWith = this.hibernate.busyWith(shared.at)
    return busyWith === undefined ? shared : { ...shared, subjects: shared.subjects.filter(({ id }) => id !== busyWith) }
  }
}
