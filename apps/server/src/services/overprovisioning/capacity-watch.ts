import { z } from "zod"
import { loadLineResources, type ResourceName } from "../../contract/overprovisioning.js"
import type { Settings } from "../settings/settings.js"
import type { Capacity } from "./capacity.js"

const KEY = "load-line.capacity"
/** What stays so for so long is how the machine is. */
const REMEMBER_MS = 7 * 86_400_000
/** Less than that is rounding: a kernel update, say. */
const SHRUNK_BELOW = 0.99

const knownCapacity = z.partialRecord(z.enum(loadLineResources), z.object({ amount: z.number(), at: z.number() }))
type Known = z.infer<typeof knownCapacity>

export interface Shrinkage {
  resource: ResourceName
  before: number
  now: number
}

/** Notices that the machine has less than it had, also over a restart: memory that was unplugged, a smaller file system. */
export class CapacityWatch {
  private constructor(
    private readonly settings: Settings,
    private readonly known: Known,
  ) {}

  static async open(settings: Settings): Promise<CapacityWatch> {
    return new CapacityWatch(settings, await settings.read<Known>(KEY, knownCapacity, {}))
  }

  /** What shrank within the last seven days. */
  async look(capacity: Capacity, at: number): Promise<Shrinkage[]> {
    const shrunk: Shrinkage[] = []
    let changed = false
    for (const resource of loadLineResources) {
      const now = capacity[resource]
      if (now === null) continue
      const before = this.known[resource]
      if (before !== undefined && now < before.amount * SHRUNK_BELOW && at - before.at < REMEMBER_MS) {
        shrunk.push({ resource, before: before.amount, now })
        continue
      }
      // Once a day is enough to know when it was last as it was.
      if (before?.amount === now && at - before.at < REMEMBER_MS / 7) continue
      this.known[resource] = { amount: now, at }
      changed = true
    }
    if (changed) await this.settings.write(KEY, this.known)
    return shrunk
  }
}
