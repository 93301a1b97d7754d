import { SLOTS_PER_HOUR, WINDOW_HOURS, WINDOW_SLOTS } from "../slots.js"
import { boundsOf, type SeenContainer } from "./worst-moment.js"

/**
 * What earlier predictions of one set found out, for later ones: how much the slots of an hour came to when they were added up. As long as
 * nothing was seen anew in the hour, they come to no more than that and what charges have grown by since. Rings must only be pushed to at slots after the
 * last prediction's, and a container keeps its id. Whoever leaves and comes back counts as new.
 */
export class MomentMemo {
  /** Infinity: the hour was not added up since something was seen in it. */
  readonly #highest = new Float64Array(WINDOW_HOURS).fill(Number.POSITIVE_INFINITY)
  /** `#grown` when it was. */
  readonly #grownThen = new Float64Array(WINDOW_HOURS)
  /** Sum of all growth of charges so far. */
  #grown = 0
  #charges = new Map<string, number>()
  #atSlot = Number.NaN

  /** What no moment of each hour exceeds. */
  bounds(containers: readonly SeenContainer[], atSlot: number): Float64Array {
    this.#forgetSince(this.#atSlot, atSlot)
    this.#atSlot = atSlot
    const charges = new Map<string, number>()
    for (const { id, ring, charge } of containers) {
      const before = this.#charges.get(id)
      this.#grown += before === undefined ? Math.max(charge, ring.peak) : Math.max(0, charge - before)
      charges.set(id, charge)
    }
    this.#charges = charges
    const unknown = [...this.#highest.keys()].filter((hour) => this.#highest[hour] === Number.POSITIVE_INFINITY)
    const bounds = boundsOf(containers, unknown)
    for (let hour = 0; hour < WINDOW_HOURS; hour++)
      if (this.#highest[hour] !== Number.POSITIVE_INFINITY)
        bounds[hour] = (this.#highest[hour] as number) + this.#grown - (this.#grownThen[hour] as number)
    return bounds
  }

  /** The slots of the hour come to this at most. */
  note(hour: number, highest: number): void {
    this.#highest[hour] = highest
    this.#grownThen[hour] = this.#grown
  }

  /** Slots since then were seen, and those a week before them are gone. A clock that was set back, or a week that passed, makes all of it new. */
  #forgetSince(before: number, atSlot: number): void {
    if (!(atSlot >= before && atSlot - before < WINDOW_SLOTS)) {
      this.#highest.fill(Number.POSITIVE_INFINITY)
      return
    }
    for (let slot = before + 1; slot <= atSlot; slot++)
      this.#highest[Math.floor((slot % WINDOW_SLOTS) / SLOTS_PER_HOUR)] = Number.POSITIVE_INFINITY
  }
}
