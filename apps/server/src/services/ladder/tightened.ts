import type { ContainerApi, ContainerSummary } from "@plimsoll/runtime"
import { z } from "zod"
import type { Settings } from "../settings/settings.js"

const KEY = "ladder.tightened"
const schema = z.array(z.strictObject({ id: z.string(), beforeBytes: z.number().nullable(), highBytes: z.number() }))
type Entry = z.infer<typeof schema>[number]

/**
 * Containers that were given a soft limit for the time of a shortage, with the one that they had. The list is on disk before the kernel is asked, so that a crash at any moment
 * leaves nobody tightened: what is in the list and has the limit that was given to it gets its own back.
 */
export class Tightened {
  #entries: Entry[]

  private constructor(
    private readonly settings: Settings,
    entries: Entry[],
  ) {
    this.#entries = entries
  }

  static async open(settings: Settings): Promise<Tightened> {
    return new Tightened(settings, await settings.read(KEY, schema, []))
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  has(id: string): boolean {
    return this.#entries.some((entry) => entry.id === id)
  }

  /** To be called before the limit is given. */
  async remember(entry: Entry): Promise<void> {
    await this.#write([...this.#entries.filter(({ id }) => id !== entry.id), entry])
  }

  /**
   * Gives back what each had, or `only` one. A limit that somebody changed since stays as it is. Sleepers stay in the list: a change would wake them. So does one that could not be
   * changed; the rest goes on, and it rejects with the first failure at the end. Resolves with those that were changed.
   */
  async putBack(containers: Pick<ContainerApi, "list" | "update">, only?: string): Promise<ContainerSummary[]> {
    const asked = this.#entries.filter(({ id }) => only === undefined || id === only)
    if (asked.length === 0) return []
    const rows = new Map((await containers.list()).map((row) => [row.id, row]))
    const changed: ContainerSummary[] = []
    const failures: unknown[] = []
    const settled = new Set<string>()
    for (const { id, beforeBytes, highBytes } of asked) {
      const row = rows.get(id)
      if (row?.nap !== undefined || row?.hibernation !== undefined) continue
      if (row?.limits.memoryHighBytes === highBytes) {
        try {
          await containers.update(id, { limits: { memoryHighBytes: beforeBytes } })
          changed.push(row)
        } catch (error) {
          failures.push(error)
          continue
        }
      }
      settled.add(id)
    }
    if (settled.size > 0) await this.#write(this.#entries.filter(({ id }) => !settled.has(id)))
    if (failures.length > 0) throw failures[0]
    return changed
  }

  async #write(entries: Entry[]): Promise<void> {
    await this.settings.write(KEY, entries)
    this.#entries = entries
  }
}
