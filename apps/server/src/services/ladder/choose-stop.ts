import type { Subject } from "./subject.js"

/** Stopping less would help nobody. */
export const WORTH_BYTES = 8 * 2 ** 20

/**
 * The one that is stopped next, lowest class first: those to which nothing was promised, then the lowest share guaranteed, then the lowest CPU weight, then the
 * largest. Never one whose tenant stays within what was guaranteed to it, and none that is exempt.
 */
export function chooseStop(subjects: readonly Subject[], isPutOff: (id: string) => boolean): Subject | undefined {
  return subjects
    .filter(
      ({ id, state, spared, residentBytes }) => state !== "napping" && spared === null && residentBytes >= WORTH_BYTES && !isPutOff(id),
    )
    .sort(
      (a, b) =>
        Number(b.isBestEffort) - Number(a.isBestEffort) ||
        a.guaranteedShare - b.guaranteedShare ||
        a.cpuWeight - b.cpuWeight ||
        b.residentBytes - a.residentBytes,
    )[0]
}
