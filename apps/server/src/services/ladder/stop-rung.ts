import type { StepReason } from "../../contract/reasons.js"
import { chooseStop } from "./choose-stop.js"
import type { LadderJournal } from "./ladder-journal.js"
import { attempt, type RungContext } from "./rung-context.js"
import type { Stopped } from "./stopped.js"
import type { Subject } from "./subject.js"

/** What one gave back must show before the next is stopped. */
export const PAUSE_MS = 10_000
/** A machine that is about to run out cannot wait for a longer grace. */
export const GRACE_MS = 10_000
const PUT_OFF_MS = 60_000

/** Stops the lowest class in order, before the kernel would kill whom it likes. */
export class StopRung {
  readonly #putOffUntil = new Map<string, number>()
  #stoppedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly deps: {
      stopped: Stopped
      journal: LadderJournal
      now: () => number
      monotonic: () => number
      report: (error: unknown, doing: string) => void
    },
  ) {}

  async take(context: RungContext): Promise<void> {
    const { at, mode, shortage, containers } = context
    const { journal, stopped, now, monotonic, report } = this.deps
    if (at - this.#stoppedAt < PAUSE_MS) return
    const advised = { rung: "stop", result: "advised" } as const
    const wasAdvised = (id: string) =>
      mode === "advise" && context.subjects.some((each) => each.id === id && journal.wasTold({ ...advised, subject: each }))
    const subject = chooseStop(context.subjects, (id) => at < (this.#putOffUntil.get(id) ?? Number.NEGATIVE_INFINITY) || wasAdvised(id))
    if (subject === undefined) {
      if (mode === "act") await journal.tellOnce({ rung: "stop", result: "failed", why: { code: "nobody-left" }, shortage })
      return
    }
    const about = { rung: "stop", subject, why: classOf(subject), shortage, beforeBytes: subject.residentBytes } as const
    if (mode === "advise") return journal.tellOnce({ ...about, ...advised })
    const { id, name, tenant, residentBytes: gaveBackBytes } = subject
    await stopped.remember({ id, name, tenant, at: now(), gaveBackBytes })
    const outcome = await attempt(
      () => containers.stop(id, { timeoutMs: GRACE_MS }),
      (error) => report(error, `stop ${id}`),
    )
    this.#stoppedAt = monotonic()
    if ("value" in outcome) return journal.tell({ ...about, result: "done", afterBytes: 0 })
    this.#putOffUntil.set(id, at + PUT_OFF_MS)
    await stopped.forget(id)
    if (outcome.isGone) return
    await journal.tell({ rung: "stop", result: "failed", subject, why: outcome.why, shortage })
  }

  keep(ids: ReadonlyMap<string, unknown>): void {
    for (const id of this.#putOffUntil.keys()) if (!ids.has(id)) this.#putOffUntil.delete(id)
  }
}

function classOf({ isBestEffort, guaranteedShare, cpuWeight }: Subject): StepReason {
  return isBestEffort ? { code: "nothing-promised" } : { code: "lowest-class", guaranteedShare, cpuWeight }
}
