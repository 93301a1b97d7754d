import type { LadderNow, LadderSettings } from "../../contract/overprovisioning.js"

/** What keeps this machine afloat when more was sold than it has: see `docs/reference/ladder.md`. */
export interface Ladder {
  now(): LadderNow
  /** Counts from the next second on, and outlives restarts. What a rung had tightened is put back when it no longer acts. */
  changeSettings(settings: LadderSettings): Promise<LadderNow>
  /** Whether anything more may be sold now, for admission; `why` is for people. */
  selling(): { stopped: boolean; why: string | null }
}
