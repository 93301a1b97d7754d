import { expect, it } from "vitest"
import type { Shortage, StepReason } from "../../contract/reasons.js"
import { reasonWords, shortageWords } from "./ladder-words.js"

const MIB = 2 ** 20

it.each<[Shortage, string]>([
  [{ code: "use", share: 0.823, threshold: 0.8 }, "use is 82.3 % of allocatable, from 80 % on"],
  [{ code: "use", share: null, threshold: 0.8 }, "use is more than all of allocatable, from 80 % on"],
  [{ code: "severe", seconds: 20, fullAvg10: 40 }, "for 20 s nearly all have waited for memory (full avg10 above 40 %)"],
  [{ code: "full-pressure", fullAvg10: 7.5, bound: 5 }, "7.5 % of the last 10 s all waited for memory, more than 5 %"],
  [{ code: "some-pressure", someAvg60: 6, bound: 5 }, "6 % of the last minute some waited for memory, more than 5 %"],
  [{ code: "use-fell", share: 0.75 }, "use fell to 75 % of allocatable"],
])("%o is said as users of the API have known it", (shortage, words) => expect(shortageWords(shortage)).toBe(words))

it.each<[StepReason, string]>([
  [{ code: "rung-left", isOver: true }, "this rung is left; there is no shortage any more"],
  [{ code: "idle", idleMs: 1_200_000 }, "it has been idle for 20 min"],
  [{ code: "reclaimed", steps: 1, idleMs: 5000 }, "idle memory in 1 small step; it had been idle for 5 s"],
  [
    { code: "above-guarantee", residentBytes: 64 * MIB, guaranteedBytes: 0, highBytes: 48 * MIB },
    "it takes 64 MiB, of which nothing is guaranteed to it: soft limit 48 MiB",
  ],
  [
    { code: "above-guarantee", residentBytes: 64 * MIB, guaranteedBytes: 16 * MIB, highBytes: 48 * MIB },
    "it takes 64 MiB, above the 16 MiB guaranteed to it: soft limit 48 MiB",
  ],
  [
    { code: "lowest-class", guaranteedShare: 0.25, cpuWeight: 100 },
    "25 % of what it takes is guaranteed, CPU weight 100: the lowest class that runs",
  ],
])("%o is said as users of the API have known it", (reason, words) => expect(reasonWords(reason)).toBe(words))
