import type { EngineEvent } from "@plimsoll/runtime"
import { localHost } from "../../contract/hosts.js"
import type { LadderSettings } from "../../contract/overprovisioning.js"
import { OPERATOR_TENANT } from "../admission/admission-desk.js"
import type { OwnEvent } from "../events/event-journal.js"
import type { HostReading } from "../ladder/host-reading.js"
import type { Subject } from "../ladder/subject.js"
import type { Sample } from "../live/sampler.js"
import { type Breach, detectBreaches, nothingSeen } from "./detect-breaches.js"
import { incidentWords } from "./incident-words.js"
import { takeSnapshot, type Victim } from "./take-snapshot.js"

export const ONE_IN_MS = 60_000
/** Faults are counted over this time at most. */
const FAULT_WINDOW_MS = 10_000

export interface Second {
  reading: HostReading
  settings: LadderSettings
  subjects: readonly Subject[]
  samples: ReadonlyMap<string, Sample>
  /** Monotonic. */
  at: number
}

/**
 * At each breach one durable event with who took the most of the resource and who lost what: the answer to "who waited because of whom". At most one a resource and minute, and of
 * what the kernel killed one a container and minute, whatever else was told; how many more there were says the next one.
 */
export class Incidents {
  #watch = nothingSeen
  #last: Second | undefined
  /** By resource, of kills by container. */
  readonly #toldAt = new Map<string, number>()
  readonly #passedOver = new Map<Breach["resource"], number>()
  readonly #faults = new Map<string, { at: number; count: number; perSecond: number }>()

  constructor(private readonly deps: { note: (event: OwnEvent) => Promise<void>; now: () => number }) {}

  async observe(second: Second): Promise<void> {
    this.#last = second
    this.#countFaults(second)
    const { watch, breaches } = detectBreaches(this.#watch, second)
    this.#watch = watch
    for (const breach of breaches) await this.#note(breach, second)
  }

  /** The kernel killed something in a container. */
  async sawOom({ id, name, tenant }: Pick<EngineEvent, "id" | "name" | "tenant">): Promise<void> {
    if (this.#last === undefined) return
    await this.#note({ resource: "memory", kind: "oom", why: { code: "oom", name } }, this.#last, { id, name, tenant })
  }

  async #note(breach: Breach, second: Second, victim?: Victim): Promise<void> {
    const { resource, kind, why } = breach
    const about = victim === undefined ? resource : `${kind} ${victim.id}`
    for (const [key, at] of this.#toldAt) if (second.at - at >= ONE_IN_MS) this.#toldAt.delete(key)
    if (this.#toldAt.has(about)) {
      if (victim === undefined) this.#passedOver.set(resource, (this.#passedOver.get(resource) ?? 0) + 1)
      return
    }
    this.#toldAt.set(about, second.at)
    const { consumers, victims } = takeSnapshot(resource, {
      ...second,
      faultsPerSecond: ({ id }) => this.#faults.get(id)?.perSecond ?? 0,
    })
    const { usedBytes, allocatableBytes, pressure, cpuSomeAvg10 } = second.reading
    const passedOver = victim === undefined ? (this.#passedOver.get(resource) ?? 0) : 0
    if (victim === undefined) this.#passedOver.delete(resource)
    await this.deps.note({
      at: this.deps.now(),
      kind: "incident",
      action: kind,
      // What others take and lose is not for tenants, so that it stands in the provider's own stream, also what happened to one of theirs.
      ...(victim === undefined ? { id: localHost, name: "this machine" } : { id: victim.id, name: victim.name }),
      tenant: OPERATOR_TENANT,
      attributes: {
        resource,
        why: incidentWords(why),
        whyFacts: JSON.stringify(why),
        consumers: JSON.stringify(consumers),
        victims: JSON.stringify(victim === undefined ? victims : [victim, ...victims.filter(({ id }) => id !== victim.id)].slice(0, 5)),
        usedBytes: String(usedBytes),
        allocatableBytes: String(allocatableBytes),
        ...(pressure !== null && { memorySomeAvg60: String(pressure.someAvg60), memoryFullAvg10: String(pressure.fullAvg10) }),
        ...(cpuSomeAvg10 !== null && { cpuSomeAvg10: String(cpuSomeAvg10) }),
        ...(passedOver > 0 && { passedOver: String(passedOver) }),
      },
    })
  }

  #countFaults({ subjects, at }: Second): void {
    const present = new Set<string>()
    for (const { id, majorFaults: count } of subjects) {
      present.add(id)
      const before = this.#faults.get(id)
      if (before === undefined || count < before.count) this.#faults.set(id, { at, count, perSecond: 0 })
      else if (at > before.at) {
        const perSecond = ((count - before.count) * 1000) / (at - before.at)
        if (at - before.at >= FAULT_WINDOW_MS) this.#faults.set(id, { at, count, perSecond })
        else before.perSecond = perSecond
      }
    }
    for (const id of this.#faults.keys()) if (!present.has(id)) this.#faults.delete(id)
  }
}
