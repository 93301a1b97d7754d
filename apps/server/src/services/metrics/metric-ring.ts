/** One sample as it comes out: `values` in the order of the subject's metrics, NaN where unknown. Valid until the next one. */
export interface RingSample {
  at: number
  values: Float32Array
}

const FIRST_CAPACITY = 60

/**
 * The last samples of one subject in typed arrays: at most `capacity`, the oldest give way. Grows with what it holds, so
 * that containers which live for seconds cost little.
 */
export class MetricRing {
  #at: Float64Array
  #values: Float32Array
  #start = 0
  #count = 0

  constructor(
    readonly width: number,
    readonly capacity: number,
  ) {
    const first = Math.min(FIRST_CAPACITY, capacity)
    this.#at = new Float64Array(first)
    this.#values = new Float32Array(first * width)
  }

  get count(): number {
    return this.#count
  }

  get oldestAt(): number | undefined {
    return this.#count === 0 ? undefined : this.#at[this.#start]
  }

  get newestAt(): number | undefined {
    return this.#count === 0 ? undefined : this.#at[(this.#start + this.#count - 1) % this.#at.length]
  }

  /** Times must grow; a sample that is not newer than the newest is dropped. */
  push(at: number, values: ArrayLike<number>): void {
    const newest = this.newestAt
    if (newest !== undefined && at <= newest) return
    if (this.#count === this.#at.length && this.#at.length < this.capacity) this.#grow()
    const length = this.#at.length
    const slot = (this.#start + this.#count) % length
    if (this.#count === length) this.#start = (this.#start + 1) % length
    else this.#count++
    this.#at[slot] = at
    this.#values.set(values, slot * this.width)
  }

  /** Samples with `from` ≤ at < `to`, oldest first. */
  *range(from: number, to: number): Generator<RingSample, void, void> {
    const length = this.#at.length
    for (let index = this.#lowerBound(from); index < this.#count; index++) {
      const slot = (this.#start + index) % length
      const at = this.#at[slot] ?? Number.POSITIVE_INFINITY
      if (at >= to) return
      yield { at, values: this.#values.subarray(slot * this.width, (slot + 1) * this.width) }
    }
  }

  clear(): void {
    this.#start = 0
    this.#count = 0
  }

  /** Index, counted from the oldest, of the first sample that is not before `from`. */
  #lowerBound(from: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#at[(this.#start + middle) % this.#at.length] ?? 0) < from) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Called when it is full: unrolls what is there into arrays of four times the length. */
  #grow(): void {
    const length = this.#at.length
    const larger = Math.min(this.capacity, length * 4)
    const at = new Float64Array(larger)
    const values = new Float32Array(larger * this.width)
    for (let index = 0; index < this.#count; index++) {
      const slot = (this.#start + index) % length
      at[index] = this.#at[slot] ?? 0
      values.set(this.#values.subarray(slot * this.width, (slot + 1) * this.width), index * this.width)
    }
    this.#at = at
    this.#values = values
    this.#start = 0
  }
}
