import type { Shortage, StallReason, StepReason } from "../../contract/reasons.js"
import { formatBytes } from "../admission/format-amount.js"

/** Why a step was taken, or not, in English words. */
export function reasonWords(reason: StepReason): string {
  switch (reason.code) {
    case "rung-taken":
      return "this rung is taken"
    case "selling-stopped":
      return "nothing more is sold"
    case "rung-left":
      return reason.isOver ? "this rung is left; there is no shortage any more" : "this rung is left"
    case "no-swap":
      return "there is no free swap to push memory out to"
    case "idle":
      return `it has been idle for ${minutes(reason.idleMs)}`
    case "reclaimed":
      return `idle memory in ${reason.steps} small ${reason.steps === 1 ? "step" : "steps"}; it had been idle for ${minutes(reason.idleMs)}`
    case "above-guarantee": {
      const { residentBytes, guaranteedBytes, highBytes } = reason
      const guaranteed =
        guaranteedBytes > 0 ? `above the ${formatBytes(guaranteedBytes)} guaranteed to it` : "of which nothing is guaranteed to it"
      return `it takes ${formatBytes(residentBytes)}, ${guaranteed}: soft limit ${formatBytes(highBytes)}`
    }
    case "no-soft-limit":
      return `${reason.detail.replace(/\.$/, "")}: idle memory is taken back in larger steps instead`
    case "soft-limit-back":
      return "its soft limit of memory is as it was before"
    case "nobody-left":
      return "there is nobody left who may be stopped"
    case "nothing-promised":
      return "nothing was promised to it: it has no plan and no limit"
    case "lowest-class":
      return `${Math.round(reason.guaranteedShare * 100)} % of what it takes is guaranteed, CPU weight ${reason.cpuWeight}: the lowest class that runs`
  }
}

/** Why the ladder climbed or came down, in English words. */
export function shortageWords(shortage: Shortage): string {
  switch (shortage.code) {
    case "use":
      return `use is ${percent(shortage.share)} of allocatable, from ${percent(shortage.threshold)} on`
    case "severe":
      return `for ${shortage.seconds} s nearly all have waited for memory (full avg10 above ${shortage.fullAvg10} %)`
    case "full-pressure":
      return `${shortage.fullAvg10} % of the last 10 s all waited for memory, more than ${shortage.bound} %`
    case "some-pressure":
      return `${shortage.someAvg60} % of the last minute some waited for memory, more than ${shortage.bound} %`
    case "use-fell":
      return `use fell to ${percent(shortage.share)} of allocatable`
  }
}

/** Why the ladder rests, in English words. */
export function stallWords(reason: StallReason): string {
  switch (reason.code) {
    case "stood-still":
      return `the console stood still for ${reason.seconds} s: no step was taken`
    case "not-measured":
      return `containers could not be measured for ${reason.seconds} s: no step is taken until they are known again`
    case "unreadable":
      return "the host's memory could not be read: no step is taken until it is known again"
  }
}

/** `null`: there is nothing to take a share of. */
export function percent(share: number | null): string {
  return share !== null ? `${Math.round(share * 1000) / 10} %` : "more than all"
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}
