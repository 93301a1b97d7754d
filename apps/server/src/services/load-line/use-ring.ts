import { SLOTS_PER_HOUR, WINDOW_HOURS, WINDOW_SLOTS } from "./slots.js"

/** What `UseRing.toState` gives and `UseRing.fromState` takes. */
export interface RingState {
  firstSlot: number
  newestSlot: number
  /** The newest slot from an unbelievable time, and how many there were in a row. */
  strangeSlot: number
  strangeSlots: number
  /** The ring's values as little-endian float32 in base64, in the ring's own order. */
  values: string
}

/**
 * The highest use in each five-minute slot of the last seven days of one container. What was not seen is NaN: a gap is
 * marked and never filled, so that no use is invented. A value lies at `slot % WINDOW_SLOTS`; rings of different
 * containers can be summed place by place.
 */
export class UseRing {
  readonly #values = new Float32Array(WINDOW_SLOTS).fill(Number.NaN)
  #seen = 0
  /** NaN: to be looked for. */
  #peak = 0
  /** Of each hour of the ring: the highest value, 0 when nothing was seen, and how many slots were seen. */
  readonly #hourPeaks = new Float32Array(WINDOW_HOURS)
  readonly #hourSeen = new Uint8Array(WINDOW_HOURS)
  #firstSlot = -1
  #newestSlot = -1
  #strangeSlot = -1
  #strangeSlots = 0

  static fromState({ firstSlot, newestSlot, strangeSlot, strangeSlots, values }: RingState): UseRing {
    const bytes = Buffer.from(values, "base64")
    if (!Number.isSafeInteger(firstSlot) || !Number.isSafeInteger(newestSlot) || bytes.length !== WINDOW_SLOTS * 4)
      throw new Error(`A ring of use has ${WINDOW_SLOTS * 4} bytes and two slot numbers; this one has ${bytes.length} bytes.`)
    const ring = new UseRing()
    ring.#firstSlot = firstSlot
    ring.#newestSlot = newestSlot
    ring.#strangeSlot = strangeSlot
    ring.#strangeSlots = strangeSlots
    for (let place = 0; place < WINDOW_SLOTS; place++) {
      const value = bytes.readFloatLE(place * 4)
      if (Number.isNaN(value)) continue
      if (!isUse(value)) throw new Error(`A ring of use has no use of ${value}: what was kept of it is damaged.`)
      ring.#put(place, value)
    }
    return ring
  }

  /** By place, NaN where nothing was seen. Read only. */
  get values(): Float32Array {
    return this.#values
  }

  /** How many of the last seven days' slots were seen: the age that counts. A clock that jumps ahead makes nobody older. */
  get seen(): number {
    return this.#seen
  }

  /** The highest use of the last seven days; 0 when nothing was seen. */
  get peak(): number {
    if (Number.isNaN(this.#peak)) {
      this.#peak = 0
      const peaks = this.#hourPeaks
      for (let hour = 0; hour < peaks.length; hour++) this.#peak = Math.max(this.#peak, peaks[hour] as number)
    }
    return this.#peak
  }

  /** Highest value of each hour, by place ÷ 12; 0 where nothing was seen. Read only. */
  get hourPeaks(): Float32Array {
    return this.#hourPeaks
  }

  /** How many of the twelve slots of each hour were seen. Read only. */
  get hourSeen(): Uint8Array {
    return this.#hourSeen
  }

  /** The slot of the first sample ever; -1 before it. */
  get firstSlot(): number {
    return this.#firstSlot
  }

  /**
   * Takes one sample; the highest of a slot stays. Slots that were jumped over are gaps. A sample from before the newest slot
   * (a clock that was set back) raises its own slot and erases nothing. One from a week or more away, ahead or behind, would
   * erase everything: it is dropped until such samples have come for an hour, and then the ring starts anew with them.
   */
  push(slot: number, use: number): void {
    if (!isUse(use)) return
    if (this.#newestSlot === -1) this.#startAt(slot)
    if (Math.abs(slot - this.#newestSlot) < WINDOW_SLOTS) this.#strangeSlots = 0
    else if (this.#isStillStrange(slot)) return
    else this.#startAt(slot)
    this.#advance(slot)
    this.#firstSlot = Math.min(this.#firstSlot, slot)
    const place = slot % WINDOW_SLOTS
    if (!((this.#values[place] as number) >= use)) this.#put(place, use)
  }

  /** The ring as it is at `slot`, itself unchanged: what is older than seven days is gone, what was not seen since is a gap. */
  at(slot: number): UseRing {
    if (slot <= this.#newestSlot || this.#newestSlot === -1) return this
    const later = new UseRing()
    later.#values.set(this.#values)
    later.#hourPeaks.set(this.#hourPeaks)
    later.#hourSeen.set(this.#hourSeen)
    later.#seen = this.#seen
    later.#peak = this.#peak
    later.#firstSlot = this.#firstSlot
    later.#newestSlot = this.#newestSlot
    later.#advance(slot)
    return later
  }

  toState(): RingState {
    const bytes = Buffer.alloc(WINDOW_SLOTS * 4)
    for (const [place, value] of this.#values.entries()) bytes.writeFloatLE(value, place * 4)
    return {
      firstSlot: this.#firstSlot,
      newestSlot: this.#newestSlot,
      strangeSlot: this.#strangeSlot,
      strangeSlots: this.#strangeSlots,
      values: bytes.toString("base64"),
    }
  }

  #startAt(slot: number): void {
    this.#values.fill(Number.NaN)
    this.#hourPeaks.fill(0)
    this.#hourSeen.fill(0)
    this.#seen = 0
    this.#peak = 0
    this.#firstSlot = slot
    this.#newestSlot = slot
    this.#strangeSlots = 0
  }

  #isStillStrange(slot: number): boolean {
    if (Math.abs(slot - this.#strangeSlot) >= WINDOW_SLOTS) this.#strangeSlots = 0
    if (slot !== this.#strangeSlot || this.#strangeSlots === 0) this.#strangeSlots++
    this.#strangeSlot = slot
    return this.#strangeSlots < SLOTS_PER_HOUR
  }

  #advance(slot: number): void {
    for (let passed = Math.max(this.#newestSlot + 1, slot - WINDOW_SLOTS + 1); passed <= slot; passed++) {
      const place = passed % WINDOW_SLOTS
      if (!Number.isNaN(this.#values[place])) this.#clear(place)
    }
    this.#newestSlot = Math.max(this.#newestSlot, slot)
  }

  #put(place: number, use: number): void {
    const hour = Math.floor(place / SLOTS_PER_HOUR)
    if (Number.isNaN(this.#values[place])) {
      this.#seen++
      this.#hourSeen[hour] = (this.#hourSeen[hour] as number) + 1
    }
    this.#values[place] = use
    const peak = Math.max(this.#hourPeaks[hour] as number, this.#values[place] as number)
    this.#hourPeaks[hour] = peak
    // Of what has to be looked for no comparison is true.
    if (peak > this.#peak) this.#peak = peak
  }

  #clear(place: number): void {
    const hour = Math.floor(place / SLOTS_PER_HOUR)
    this.#seen--
    this.#hourSeen[hour] = (this.#hourSeen[hour] as number) - 1
    if ((this.#values[place] as number) >= this.#peak) this.#peak = Number.NaN
    this.#values[place] = Number.NaN
    let peak = 0
    for (let other = hour * SLOTS_PER_HOUR; other < (hour + 1) * SLOTS_PER_HOUR; other++) {
      const value = this.#values[other] as number
      if (value > peak) peak = value
    }
    this.#hourPeaks[hour] = peak
  }
}

function isUse(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY
}
