/** Milliseconds of Docker's RFC 3339 times; undefined for Go's year 1, which stands for "never". Nanoseconds are cut off. */
export function parseTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "")
  return Number.isFinite(time) && time > 0 ? time : undefined
}

/** Seconds with a fraction, as `since` and `until` take them. */
export function queryTime(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}`
}

export const nanosecondsPerMs = 1_000_000
