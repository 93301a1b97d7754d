import { excessOf, type Subject } from "./subject.js"

/** A step takes this share of what a container has: so little that a mistake is felt by nobody (Senpai, "TMO", ASPLOS 2022). */
export const STEP_SHARE = 0.015
/** Where the kernel cannot throttle growth (no memory.high), from the rung `tighten` on. */
export const LARGE_STEP_SHARE = 0.05
export const SMALLEST_STEP_BYTES = 2 ** 20
/** Containers with less are not worth the work. */
export const WORTH_BYTES = 16 * 2 ** 20
export const AT_ONCE = 4

export interface ReclaimChoice {
  subject: Subject
  bytes: number
}

/** Those to take a little from now: the longest quiet first, of those alike the largest. `isReady`: it does not stall from the last step. Never below what is guaranteed. */
export function chooseReclaim(
  subjects: readonly Subject[],
  { stepShare, isReady }: { stepShare: number; isReady: (subject: Subject) => boolean },
): ReclaimChoice[] {
  const chosen: ReclaimChoice[] = []
  const candidates = subjects
    .filter(({ state, spared, residentBytes }) => state === "running" && spared === null && residentBytes >= WORTH_BYTES)
    .sort((a, b) => b.quietForMs - a.quietForMs || b.residentBytes - a.residentBytes)
  for (const subject of candidates) {
    if (chosen.length === AT_ONCE) break
    const bytes = Math.min(excessOf(subject), Math.max(SMALLEST_STEP_BYTES, Math.floor(subject.residentBytes * stepShare)))
    if (bytes > 0 && isReady(subject)) chosen.push({ subject, bytes })
  }
  return chosen
}
