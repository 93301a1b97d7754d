import type { ContainerApi } from "@plimsoll/runtime"
import { chooseTighten, type TightenChoice } from "./choose-tighten.js"
import type { LadderJournal } from "./ladder-journal.js"
import { attempt, type RungContext } from "./rung-context.js"
import type { Tightened } from "./tightened.js"

const ROUND_MS = 5000

/** Keeps containers that take more than was guaranteed to them from growing, by a soft limit for the time of the shortage. */
export class TightenRung {
  #roundAt = Number.NEGATIVE_INFINITY
  #putBackAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly tightened: Tightened,
    private readonly journal: LadderJournal,
    private readonly report: (error: unknown, doing: string) => void,
  ) {}

  /** Whether the kernel can. */
  static works({ info }: Pick<RungContext, "info">): boolean {
    return info.enforceableLimits.memoryHighBytes?.enforceable === true
  }

  async take(context: RungContext): Promise<void> {
    const { at, shortage, info } = context
    if (!TightenRung.works(context)) {
      const detail = info.enforceableLimits.memoryHighBytes?.reason ?? "this host has no memory.high"
      return this.journal.tellOnce({
        rung: "tighten",
        result: "failed",
        why: { code: "no-soft-limit", detail },
        shortage,
      })
    }
    if (at - this.#roundAt < ROUND_MS) return
    this.#roundAt = at
    const chosen = chooseTighten(context.subjects, {
      hasSwap: context.hasSwap,
      isTightened: (id) => this.tightened.has(id) || (context.mode === "advise" && this.#wasAdvised(context, id)),
    })
    for (const choice of chosen) {
      if (context.mode === "act") await this.#tighten(context, choice)
      else await this.journal.tellOnce({ ...about(choice), result: "advised", shortage, beforeBytes: choice.subject.residentBytes })
    }
  }

  /** Nobody is tightened without need. At a bounded pace, should the engine refuse. */
  async putBack(containers: ContainerApi, at: number): Promise<void> {
    if (this.tightened.isEmpty || at - this.#putBackAt < ROUND_MS) return
    this.#putBackAt = at
    const changed = await this.tightened.putBack(containers)
    for (const { id, name, tenant } of changed)
      await this.journal.tell({
        rung: "tighten",
        result: "done",
        subject: { id, name, tenant },
        why: { code: "soft-limit-back" },
      })
  }

  async #tighten({ containers, shortage }: RungContext, choice: TightenChoice): Promise<void> {
    const { subject, highBytes } = choice
    await this.tightened.remember({ id: subject.id, beforeBytes: subject.limits.memoryHighBytes ?? null, highBytes })
    const outcome = await attempt(
      async () => {
        await containers.update(subject.id, { limits: { memoryHighBytes: highBytes } })
        return (await containers.stats(subject.id)).memory
      },
      (error) => this.report(error, `tighten ${subject.id}`),
    )
    if ("why" in outcome && outcome.isGone) return
    if ("why" in outcome) return this.journal.tellOnce({ rung: "tighten", result: "failed", subject, why: outcome.why, shortage })
    const afterBytes = Math.max(0, outcome.value.usedBytes - outcome.value.swapBytes)
    await this.journal.tell({ ...about(choice), result: "done", shortage, beforeBytes: subject.residentBytes, afterBytes })
  }

  #wasAdvised({ subjects }: RungContext, id: string): boolean {
    const subject = subjects.find((each) => each.id === id)
    return subject !== undefined && this.journal.wasTold({ rung: "tighten", result: "advised", subject })
  }
}

function about({ subject, highBytes }: TightenChoice) {
  const { residentBytes, floorBytes: guaranteedBytes } = subject
  return { rung: "tighten", subject, why: { code: "above-guarantee", residentBytes, guaranteedBytes, highBytes } } as const
}
