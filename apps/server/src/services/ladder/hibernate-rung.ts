import type { ContainerHibernation } from "@plimsoll/runtime"
import { chooseHibernate, hibernateAfterMs } from "./choose-hibernate.js"
import type { LadderJournal } from "./ladder-journal.js"
import { NapPatience } from "./nap-patience.js"
import { attempt, type RungContext } from "./rung-context.js"
import { ownBytesOf, type Subject } from "./subject.js"
import type { Tightened } from "./tightened.js"

/** What is written to disk is written at the cost of all others. */
const HIBERNATE_EVERY_MS = 5000
const PUT_OFF_MS = 10 * 60_000
/** An engine that cannot is asked again after so long: somebody may have installed what it wants. */
const UNSUPPORTED_MS = 60_000
/** Gibibytes on a slow disk take minutes. */
const DEADLINE_MS = 15 * 60_000

/** So long after one is on disk, figures from before may still say that it runs. */
const STALE_MS = 2000

/**
 * Writes long idle containers to disk, sleepers first, one at a time. It takes a while, and a surge does not wait: it is begun and not waited for, so that somebody can be stopped meanwhile.
 */
export class HibernateRung {
  readonly patience = new NapPatience()
  readonly #putOffUntil = new Map<string, number>()
  #restsUntil = Number.NEGATIVE_INFINITY
  #beganAt = Number.NEGATIVE_INFINITY
  /** `doneAt`: absent while it goes on. */
  #latest: { id: string; done: Promise<void>; doneAt?: number } | undefined

  constructor(
    private readonly deps: {
      tightened: Tightened
      journal: LadderJournal
      monotonic: () => number
      report: (error: unknown, doing: string) => void
    },
  ) {}

  /** The container that is being written to disk, or was just now. */
  busyWith(at: number): string | undefined {
    const { id, doneAt = at } = this.#latest ?? {}
    return at < doneAt + STALE_MS ? id : undefined
  }

  get isUnderWay(): boolean {
    return this.#latest !== undefined && this.#latest.doneAt === undefined
  }

  /** Resolves when nothing is under way; never rejects. */
  async settled(): Promise<void> {
    await this.#latest?.done
  }

  async take(context: RungContext): Promise<void> {
    const { at, settings, shortage } = context
    if (this.busyWith(at) !== undefined || at < this.#restsUntil || at - this.#beganAt < HIBERNATE_EVERY_MS) return
    const subject = chooseHibernate(context.subjects, {
      idleMs: settings.hibernate.idleMs,
      patience: (id) => this.patience.times(id),
      isPutOff: (id) => at < (this.#putOffUntil.get(id) ?? Number.NEGATIVE_INFINITY) || this.#wasAdvised(context, id),
    })
    if (subject === undefined) return
    if (context.mode === "act") return this.#begin(context, subject)
    // It would not be done where it cannot be.
    if (!canHibernate(context)) return
    const why = { code: "idle", idleMs: subject.quietForMs } as const
    await this.deps.journal.tellOnce({
      ...{ rung: "hibernate", result: "advised", subject, why, shortage },
      beforeBytes: ownBytesOf(subject),
    })
  }

  /** It was woken out of hibernation. `idleMs`: how long one must be idle by default. */
  woke(id: string, labels: Record<string, string>, wake: { sleptMs: number; cause: string; idleMs: number }): void {
    const neededMs = (hibernateAfterMs({ labels }, wake.idleMs) ?? wake.idleMs) * this.patience.times(id)
    this.patience.woke(id, { ...wake, neededMs })
  }

  keep(ids: ReadonlyMap<string, unknown>): void {
    this.patience.keep(ids)
    for (const id of this.#putOffUntil.keys()) if (!ids.has(id)) this.#putOffUntil.delete(id)
  }

  async #begin(context: RungContext, subject: Subject): Promise<void> {
    const { containers, at } = context
    const { id } = subject
    const report = (error: unknown) => this.deps.report(error, `let ${id} hibernate`)
    const prepared = await attempt(() => this.#prepare(context, subject), report)
    if ("why" in prepared) return this.#failed(context, subject, prepared)
    if (!prepared.value) return
    this.#beganAt = at
    const latest: { id: string; done: Promise<void>; doneAt?: number } = { id, done: Promise.resolve() }
    latest.done = attempt(() => containers.hibernate(id), report, DEADLINE_MS)
      .then((outcome) => ("why" in outcome ? this.#failed(context, subject, outcome) : this.#succeeded(context, subject, outcome.value)))
      .catch(report)
      .finally(() => (latest.doneAt = this.deps.monotonic()))
    this.#latest = latest
  }

  /** False: no packet would wake it, since its network is not its own. */
  async #prepare({ containers }: RungContext, { id }: Subject): Promise<boolean> {
    const { kind } = (await containers.inspect(id)).resolved.network
    if (kind === "host" || kind === "container") {
      this.#putOffUntil.set(id, Number.POSITIVE_INFINITY)
      return false
    }
    // Afterwards it could not be given back without waking it; a sleeper keeps it until it is awake.
    await this.deps.tightened.putBack(containers, id)
    return true
  }

  #succeeded({ shortage }: RungContext, subject: Subject, { beforeBytes }: ContainerHibernation): Promise<void> {
    const why = { code: "idle", idleMs: subject.quietForMs } as const
    return this.deps.journal.tell({ rung: "hibernate", result: "done", subject, why, shortage, beforeBytes, afterBytes: 0 })
  }

  async #failed(context: RungContext, subject: Subject, failure: { why: string; isUnsupported: boolean; isGone: boolean }): Promise<void> {
    const { at, shortage } = context
    if (failure.isGone) return
    // An engine that can refuses one for what that one is: the others may go on.
    const isEngines = failure.isUnsupported && !canHibernate(context)
    if (isEngines) this.#restsUntil = at + UNSUPPORTED_MS
    else this.#putOffUntil.set(subject.id, at + PUT_OFF_MS)
    // Nothing was written for one that was refused.
    if (failure.isUnsupported) this.#beganAt = Number.NEGATIVE_INFINITY
    await this.deps.journal.tellOnce({
      ...{ rung: "hibernate", result: "failed", why: failure.why, shortage },
      ...(!isEngines && { subject }),
    })
  }

  #wasAdvised({ mode, subjects }: RungContext, id: string): boolean {
    const subject = subjects.find((each) => each.id === id)
    return mode === "advise" && subject !== undefined && this.deps.journal.wasTold({ rung: "hibernate", result: "advised", subject })
  }
}

function canHibernate({ info }: Pick<RungContext, "info">): boolean {
  return info.features.includes("hibernate")
}
