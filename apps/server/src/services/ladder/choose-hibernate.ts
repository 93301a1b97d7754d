import { ladderLabels } from "../../contract/overprovisioning.js"
import { readAfterMs } from "./after-ms.js"
import { ownBytesOf, type Subject } from "./subject.js"

/**
 * How long a container must be idle before it hibernates, naps included; `null`: it never does by itself. One that is kept from naps is kept from hibernation too, and one
 * that may nap only after a longer time hibernates no sooner, unless it says otherwise itself.
 */
export function hibernateAfterMs({ labels }: Pick<Subject, "labels">, byDefaultMs: number): number | null {
  const napAfterMs = readAfterMs(labels[ladderLabels.napAfterMs])
  const ownAfterMs = readAfterMs(labels[ladderLabels.hibernateAfterMs])
  if (napAfterMs === null || ownAfterMs === null) return null
  return ownAfterMs ?? Math.max(byDefaultMs, napAfterMs ?? 0)
}

export interface HibernateRule {
  idleMs: number
  /** How many times longer than usual it must be idle, since it was woken soon after it began to hibernate. */
  patience: (id: string) => number
  /** It could not hibernate just now. */
  isPutOff: (id: string) => boolean
}

/**
 * The one that hibernates next: of those that are idle by rule a sleeper before one that runs, then the largest in memory and swap. No kernel keeps in memory what
 * is guaranteed to one that hibernates, so that only those go whose tenant keeps all of it without them.
 */
export function chooseHibernate(subjects: readonly Subject[], { idleMs, patience, isPutOff }: HibernateRule): Subject | undefined {
  return subjects
    .filter((subject) => {
      if (subject.state === "paused" || subject.spared !== null || isPutOff(subject.id)) return false
      if (subject.tenantExcessBytes < subject.residentBytes) return false
      const afterMs = hibernateAfterMs(subject, idleMs)
      return afterMs !== null && subject.quietForMs >= afterMs * patience(subject.id)
    })
    .sort((a, b) => Number(b.state === "napping") - Number(a.state === "napping") || ownBytesOf(b) - ownBytesOf(a))[0]
}
