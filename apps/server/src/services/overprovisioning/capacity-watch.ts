import { z } from "zod"
import { loadLineResources, type ResourceName } from "../../contract/overprovisioning.js"
import type { CapacityReason } from "../../contract/reasons.js"
import type { Settings } from "../settings/settings.js"
import { formatAmount, resourceNouns } from "./amounts.js"
import { type CapacityReading, faultsOf } from "./capacity.js"

const KEY = "load-line.capacity"
/** What stays so for so long is how the machine is. */
const REMEMBER_MS = 7 * 86_400_000
/** Less than that is rounding: a kernel update, say. */
const SHRUNK_BELOW = 0.99

/** `told`: to how much it was said to have shrunk. */
const known = z.object({ amount: z.number(), at: z.number(), told: z.number().optional() })
const knownCapacity = z.partialRecord(z.enum(loadLineResources), known)
type Known = z.infer<typeof knownCapacity>

export interface Shrinkage {
  resource: ResourceName
  before: number
  now: number
}

/** Something about what the machine has that was not so at the look before. */
export interface CapacityNews {
  at: number
  resource: ResourceName
  /** `lost`: nothing of it can be sold, since it fails or cannot be read. */
  change: "shrank" | "lost" | "back"
  /** In words, and as facts. */
  why: string
  facts: CapacityReason
  before: number | null
  now: number | null
}

type Reading = Pick<CapacityReading, "capacity" | "diskFault">

/** Notices that the machine has less than it had, also over a restart: memory that was unplugged, a smaller file system, one that fails. */
export class CapacityWatch {
  #shrunk: readonly Shrinkage[] = []
  readonly #lost = new Set<ResourceName>()
  #isUnsaved = false

  private constructor(
    private readonly settings: Settings,
    private readonly known: Known,
  ) {}

  static async open(settings: Settings): Promise<CapacityWatch> {
    return new CapacityWatch(settings, await settings.read<Known>(KEY, knownCapacity, {}))
  }

  /** What shrank within the last seven days, as of the last look. */
  get shrunk(): readonly Shrinkage[] {
    return this.#shrunk
  }

  /** One look. Says each change once. What is to be known over a restart is written by `save`. */
  look({ capacity, diskFault }: Reading, at: number): CapacityNews[] {
    const faults = faultsOf({ capacity, diskFault })
    const shrunk: Shrinkage[] = []
    const news: CapacityNews[] = []
    for (const resource of loadLineResources) {
      const now = capacity[resource]
      const fault = faults[resource]
      const before = this.known[resource]
      if (now === null || fault !== undefined) {
        if (!this.#lost.has(resource)) {
          this.#lost.add(resource)
          const why = `${fault?.why}: nothing more of it is sold. What runs goes on.`
          news.push({
            at,
            resource,
            change: "lost",
            why,
            facts: fault?.facts ?? { code: "unreadable", resource },
            before: before?.amount ?? null,
            now: null,
          })
        }
        continue
      }
      if (this.#lost.delete(resource)) {
        const why = `This machine's ${resourceNouns[resource]} can be read and written again: it is ${formatAmount(resource, now)}.`
        news.push({ at, resource, change: "back", why, facts: { code: "back", resource, now }, before: null, now })
      }
      if (before !== undefined && now < before.amount * SHRUNK_BELOW && at - before.at < REMEMBER_MS) {
        shrunk.push({ resource, before: before.amount, now })
        if (before.told !== undefined && now >= before.told * SHRUNK_BELOW) continue
        const why = `${shrinkWords({ resource, before: before.amount, now })} Nothing was stopped for it.`
        const facts = { code: "shrank" as const, resource, before: before.amount, now }
        news.push({ at, resource, change: "shrank", why, facts, before: before.told ?? before.amount, now })
        this.#know(resource, { ...before, told: now })
        continue
      }
      if (before?.told !== undefined && now >= before.amount * SHRUNK_BELOW) {
        const why = `This machine's ${resourceNouns[resource]} is ${formatAmount(resource, now)} again.`
        news.push({ at, resource, change: "back", why, facts: { code: "back", resource, now }, before: before.told, now })
      }
      // Once a day is enough to know when it was last as it was.
      if (before?.amount === now && before.told === undefined && at - before.at < REMEMBER_MS / 7) continue
      this.#know(resource, { amount: now, at })
    }
    this.#shrunk = shrunk
    return news
  }

  /** Rejects when it cannot be written; it is tried again with the next call. */
  async save(): Promise<void> {
    if (!this.#isUnsaved) return
    await this.settings.write(KEY, this.known)
    this.#isUnsaved = false
  }

  #know(resource: ResourceName, entry: z.infer<typeof known>): void {
    this.known[resource] = entry
    this.#isUnsaved = true
  }
}

/** A sentence. */
export function shrinkWords({ resource, before, now }: Shrinkage): string {
  return `This machine's ${resourceNouns[resource]} shrank from ${formatAmount(resource, before)} to ${formatAmount(resource, now)}.`
}
