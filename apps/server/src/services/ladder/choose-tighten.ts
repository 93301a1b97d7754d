import { excessOf, type Subject } from "./subject.js"

/** Smaller ones are left alone. */
export const WORTH_BYTES = 32 * 2 ** 20
/** With swap, its limit is this share of what it takes now: it gives back a little and does not grow. Without, it only does not grow. */
export const TIGHT_SHARE = 0.9
export const AT_ONCE = 4

export interface TightenChoice {
  subject: Subject
  highBytes: number
}

/** Those that get a soft limit now: the most above what was guaranteed to them first. Never below that, and never above a soft limit they have. */
export function chooseTighten(
  subjects: readonly Subject[],
  { hasSwap, isTightened }: { hasSwap: boolean; isTightened: (id: string) => boolean },
): TightenChoice[] {
  return subjects
    .filter(
      ({ id, state, spared, residentBytes }) => state === "running" && spared === null && residentBytes >= WORTH_BYTES && !isTightened(id),
    )
    .sort((a, b) => excessOf(b) - excessOf(a))
    .map((subject) => ({
      subject,
      highBytes: Math.max(subject.floorBytes, Math.floor(subject.residentBytes * (hasSwap ? TIGHT_SHARE : 1))),
    }))
    .filter(({ subject, highBytes }) => highBytes < (subject.limits.memoryHighBytes ?? Number.POSITIVE_INFINITY))
    .slice(0, AT_ONCE)
}
