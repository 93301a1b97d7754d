import type { IncidentReason } from "../../contract/reasons.js"
import { percent } from "../ladder/ladder-words.js"

/** Why something is an incident, in English words. */
export function incidentWords(reason: IncidentReason): string {
  switch (reason.code) {
    case "use-passed":
      return `use of memory passed ${percent(reason.threshold)} of allocatable: it is ${percent(reason.share)}`
    case "full-pressure":
      return `${reason.fullAvg10} % of the last 10 s all waited for memory`
    case "cpu-pressure":
      return `for ${reason.seconds} s some have waited for CPU more than ${reason.someAvg10} % of the time`
    case "oom":
      return `the kernel ended a process of “${reason.name}”, which had no memory left`
  }
}
