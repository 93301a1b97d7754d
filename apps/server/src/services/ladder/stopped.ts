import type { ContainerSummary } from "@plimsoll/runtime"
import { z } from "zod"
import type { StoppedByLadder } from "../../contract/overprovisioning.js"
import type { Settings } from "../settings/settings.js"

const KEY = "ladder.stopped"
const schema: z.ZodType<StoppedByLadder[]> = z.array(
  z.strictObject({ id: z.string(), name: z.string(), tenant: z.string(), at: z.number(), gaveBackBytes: z.number() }),
)

/** Containers that the ladder stopped and that nobody has started or removed since. On disk before they are stopped. */
export class Stopped {
  #entries: StoppedByLadder[]

  private constructor(
    private readonly settings: Settings,
    entries: StoppedByLadder[],
  ) {
    this.#entries = entries
  }

  static async open(settings: Settings): Promise<Stopped> {
    return new Stopped(settings, await settings.read(KEY, schema, []))
  }

  /** Newest first. */
  get all(): StoppedByLadder[] {
    return [...this.#entries]
  }

  async remember(entry: StoppedByLadder): Promise<void> {
    await this.#write([entry, ...this.#entries.filter(({ id }) => id !== entry.id)])
  }

  /** It runs again, is gone, or was not stopped after all. */
  async forget(id: string): Promise<void> {
    if (this.#entries.some((entry) => entry.id === id)) await this.#write(this.#entries.filter((entry) => entry.id !== id))
  }

  /** Forgets all that run again or are gone. */
  async keepStopped(rows: readonly ContainerSummary[]): Promise<void> {
    const lie = new Set(rows.filter(({ state }) => state.status === "exited" || state.status === "dead").map(({ id }) => id))
    const still = this.#entries.filter(({ id }) => lie.has(id))
    if (still.length !== this.#entries.length) await this.#write(still)
  }

  async #write(entries: StoppedByLadder[]): Promise<void> {
    await this.settings.write(KEY, entries)
    this.#entries = entries
  }
}
