import { ladderLabels } from "../../contract/overprovisioning.js"
import { readAfterMs } from "./after-ms.js"
import type { Subject } from "./subject.js"

/** How long a container must be idle before it naps; `null`: it never does by itself. */
export function napAfterMs({ labels }: Pick<Subject, "labels">, byDefaultMs: number): number | null {
  const afterMs = readAfterMs(labels[ladderLabels.napAfterMs])
  return afterMs === undefined ? byDefaultMs : afterMs
}

export interface NapRule {
  idleMs: number
  /** The kernel keeps what is guaranteed in memory (v2 memory.low); where it cannot, one naps only if its tenant keeps all of it without that one. */
  kernelHoldsGuarantee: boolean
  /** How many times longer than usual it must be idle, since it was woken soon after it fell asleep. */
  patience: (id: string) => number
  /** It could not nap just now. */
  isPutOff: (id: string) => boolean
}

/** The one that naps next: of those that are idle by rule the largest. */
export function chooseNap(
  subjects: readonly Subject[],
  { idleMs, kernelHoldsGuarantee, patience, isPutOff }: NapRule,
): Subject | undefined {
  let largest: Subject | undefined
  for (const subject of subjects) {
    if (subject.state !== "running" || subject.spared !== null || isPutOff(subject.id)) continue
    if (!kernelHoldsGuarantee && subject.tenantExcessBytes < subject.residentBytes) continue
    const afterMs = napAfterMs(subject, idleMs)
    if (afterMs === null || subject.quietForMs < afterMs * patience(subject.id)) continue
    if (largest === undefined || subject.residentBytes > largest.residentBytes) largest = subject
  }
  return largest
}
