import { type SaleCourses, STEP_MS } from "./sale-courses.js"

export interface WhatIfPoint {
  at: number
  /** Highest of the point's time. */
  used: number
  predictedPeak: number
  /** At the end of the point's time. */
  sold: number
}

/** Adds up the figures on the way. Steps in which nobody looked count as no time at all and have no point. */
export class WhatIfTally {
  #seen = 0
  #exhausted = 0
  #highest = 0
  readonly #points: WhatIfPoint[] = []
  readonly #startMs: number
  readonly #allocatable: number
  readonly #stepsAPoint: number

  constructor({ courses, allocatable, maximumPoints }: { courses: SaleCourses; allocatable: number; maximumPoints: number }) {
    this.#startMs = courses.startMs
    this.#allocatable = allocatable
    this.#stepsAPoint = Math.max(1, Math.ceil(courses.steps / maximumPoints))
  }

  step(step: number, { used, predictedPeak, sold }: Omit<WhatIfPoint, "at">): void {
    this.#seen++
    if (used > this.#allocatable) this.#exhausted++
    this.#highest = Math.max(this.#highest, used)
    const at = this.#startMs + (step - (step % this.#stepsAPoint)) * STEP_MS
    const last = this.#points.at(-1)
    if (last?.at !== at) this.#points.push({ at, used, predictedPeak, sold })
    else Object.assign(last, { used: Math.max(last.used, used), predictedPeak: Math.max(last.predictedPeak, predictedPeak), sold })
  }

  result() {
    const over = this.#allocatable > 0 ? this.#highest / this.#allocatable - 1 : 0
    return {
      seenSteps: this.#seen,
      exhaustedShare: this.#seen === 0 ? 0 : this.#exhausted / this.#seen,
      worstOvershoot: Math.max(0, over),
      points: this.#points,
    }
  }
}
