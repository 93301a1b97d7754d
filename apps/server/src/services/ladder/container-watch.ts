import type { EngineEvent } from "@plimsoll/runtime"
import type { Sampler } from "../live/sampler.js"
import { IdleClocks } from "./idle-clocks.js"
import { OpenExecs } from "./open-execs.js"

/** What is known of the containers between two looks: for how long each has been idle, and when they were last measured. Times are the monotonic clock's. */
export class ContainerWatch {
  readonly idle = new IdleClocks()
  readonly #execs = new OpenExecs()
  #freshAt: number

  constructor(
    private readonly sampler: Pick<Sampler, "rows" | "samples" | "sampledAt">,
    private readonly monotonic: () => number,
  ) {
    this.#freshAt = monotonic()
  }

  /** When the newest figures came; before the first, since when they are waited for. */
  get freshAt(): number {
    return this.#freshAt
  }

  /** The engine was opened: its first figures are to come. */
  begin(): void {
    this.#freshAt = this.monotonic()
  }

  /** The sampler has measured, or has tried to. True when there are figures. */
  sampled(idleCores: number): boolean {
    const { rows, samples, sampledAt } = this.sampler
    if (sampledAt === Number.NEGATIVE_INFINITY) return false
    const at = this.monotonic()
    this.#freshAt = at
    for (const { stats } of samples.values()) this.idle.see(stats, { at, idleCores, isInUse: this.#execs.has(stats.containerId) })
    this.idle.keep(rows)
    return true
  }

  happened(event: EngineEvent): void {
    this.#execs.see(event)
    if (event.action === "attach" || event.action === "wake") this.idle.stir(event.id, this.monotonic())
  }
}
