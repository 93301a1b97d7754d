import type { z } from "zod"
import type { EventRecord } from "../../contract/events.js"
import { localHost } from "../../contract/hosts.js"
import { type LadderRung, type LadderStep, ladderRungs } from "../../contract/overprovisioning.js"
import { type Shortage, type StallReason, type StepReason, shortage as shortageFacts, stepReason } from "../../contract/reasons.js"
import { OPERATOR_TENANT } from "../admission/admission-desk.js"
import type { OwnEvent } from "../events/event-journal.js"
import type { EventLog } from "../events/event-log.js"
import { reasonWords, shortageWords, stallWords } from "./ladder-words.js"

export const STEPS_SHOWN = 50
/** What goes on in the same way is told again after so long. */
const AGAIN_MS = 3_600_000
const adviseAction = "advise"

export interface JournalDependencies {
  list: EventLog["list"]
  note: (event: OwnEvent) => Promise<void>
  now: () => number
  monotonic: () => number
  report: (error: unknown, doing: string) => void
}

/** A step, of which `shortage` says how the machine was: that part of the reason is not for tenants. */
export interface NewStep {
  rung: LadderRung
  result: LadderStep["result"]
  subject?: { id: string; name: string; tenant: string }
  /** As text: in the words of the engine. */
  why: StepReason | string
  shortage?: Shortage | null
  beforeBytes?: number
  afterBytes?: number
  /** Further facts for the event. */
  facts?: Record<string, string>
}

/** What the ladder did, as events of the console's own. The newest are kept at hand, over restarts too. */
export class LadderJournal {
  #steps: LadderStep[] = []
  readonly #told = new Map<string, number>()

  private constructor(private readonly deps: JournalDependencies) {}

  static async open(deps: JournalDependencies): Promise<LadderJournal> {
    const journal = new LadderJournal(deps)
    const { items } = await deps.list({ kinds: ["ladder"], actions: [...ladderRungs, adviseAction], limit: STEPS_SHOWN })
    journal.#steps = items.flatMap((item) => toStep(item) ?? [])
    return journal
  }

  /** Newest first. */
  get steps(): LadderStep[] {
    return [...this.#steps]
  }

  /** Never rejects: a step that cannot be written is still done, shown here and reported. */
  async tell(step: NewStep): Promise<void> {
    const event = toEvent(step, this.deps.now())
    const shown = toStep(event)
    if (shown !== undefined) this.#steps = [shown, ...this.#steps].slice(0, STEPS_SHOWN)
    await this.deps.note(event).catch((error: unknown) => this.deps.report(error, "record a step of the ladder"))
  }

  /** As `tell`, unless the same was told of the same not long ago. */
  async tellOnce(step: NewStep): Promise<void> {
    if (this.wasTold(step)) return
    this.#told.set(keyOf(step), this.deps.monotonic())
    await this.tell(step)
  }

  wasTold(step: Pick<NewStep, "rung" | "result" | "subject">): boolean {
    const at = this.#told.get(keyOf(step))
    return at !== undefined && this.deps.monotonic() - at < AGAIN_MS
  }

  /** A rung was left: what it tells when it is taken again is news. */
  forgetTold(rung: LadderRung): void {
    for (const key of this.#told.keys()) if (key.startsWith(`${rung} `)) this.#told.delete(key)
  }

  /** Nobody knows how the machine is, so that nothing is done. */
  async tellStalled(why: StallReason): Promise<void> {
    const attributes = { why: stallWords(why), whyFacts: JSON.stringify(why) }
    const event: OwnEvent = { at: this.deps.now(), kind: "ladder", action: "stalled", ...theHost, attributes }
    await this.deps.note(event).catch((error: unknown) => this.deps.report(error, "record that the ladder rests"))
  }
}

const theHost = { id: localHost, name: "this machine", tenant: OPERATOR_TENANT }

function keyOf({ rung, result, subject }: Pick<NewStep, "rung" | "result" | "subject">): string {
  return `${rung} ${result} ${subject?.id ?? ""}`
}

function toEvent({ rung, result, subject, why, shortage, beforeBytes, afterBytes, facts }: NewStep, at: number): OwnEvent {
  const { id, name, tenant } = subject ?? theHost
  return {
    at,
    kind: "ladder",
    action: result === "advised" ? adviseAction : rung,
    id,
    name,
    tenant,
    attributes: {
      rung,
      result,
      ...(typeof why === "string" ? { why } : { why: reasonWords(why), whyFacts: JSON.stringify(why) }),
      ...(subject !== undefined && { subject: "container" }),
      ...(shortage != null && { shortage: shortageWords(shortage), shortageFacts: JSON.stringify(shortage) }),
      ...(beforeBytes !== undefined && { beforeBytes: String(beforeBytes) }),
      ...(afterBytes !== undefined && { afterBytes: String(afterBytes) }),
      ...facts,
    },
  }
}

/** `undefined`: another version wrote it. */
function toStep({ at, id, name, tenant, attributes }: OwnEvent | EventRecord): LadderStep | undefined {
  const rung = ladderRungs.find((known) => known === attributes.rung)
  const result = (["done", "advised", "failed"] as const).find((known) => known === attributes.result)
  if (rung === undefined || result === undefined) return undefined
  const bytes = (text: string | undefined) => (text === undefined ? null : Number(text))
  return {
    at,
    rung,
    result,
    subject: attributes.subject === "container" ? { kind: "container", id, name, tenant } : null,
    why: [attributes.why, attributes.shortage].filter(Boolean).join("; "),
    reason: factsIn(stepReason, attributes.whyFacts),
    shortage: factsIn(shortageFacts, attributes.shortageFacts),
    beforeBytes: bytes(attributes.beforeBytes),
    afterBytes: bytes(attributes.afterBytes),
  }
}

/** `null`: there are none, or another version wrote them. */
function factsIn<T>(schema: z.ZodType<T>, text: string | undefined): T | null {
  return text === undefined ? null : (schema.safeParse(JSON.parse(text)).data ?? null)
}
