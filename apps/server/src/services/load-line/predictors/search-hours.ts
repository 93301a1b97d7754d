/** What an hour has at its worst. */
export interface Moment {
  sum: number
}

/**
 * The moment with the highest sum. `bounds[hour]` is what no moment of that hour exceeds: hours are looked into from the
 * highest bound down, until none that is left can be worse. Use peaks in few hours of a week, so few are looked into.
 */
export function searchHours<T extends Moment>(bounds: Float64Array, worstOfHour: (hour: number) => T | undefined): T | undefined {
  const hours = Array.from(bounds.keys()).sort((a, b) => (bounds[b] as number) - (bounds[a] as number))
  let worst: T | undefined
  for (const hour of hours) {
    if (worst !== undefined && (bounds[hour] as number) <= worst.sum) break
    const moment = worstOfHour(hour)
    if (moment !== undefined && (worst === undefined || moment.sum > worst.sum)) worst = moment
  }
  return worst
}
