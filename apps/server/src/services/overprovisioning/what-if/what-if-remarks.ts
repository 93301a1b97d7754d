import type { z } from "zod"
import type { whatIfInput } from "../../../contract/overprovisioning.js"
import type { NapRule } from "../../load-line/what-if/find-nappers.js"
import { type SaleCourses, STEP_MS, STEPS_PER_DAY } from "../../load-line/what-if/sale-courses.js"

/** Days from which on nobody who was there at the beginning counts as young at the end. */
const OLD_DAYS = 8
/** Gaps of less are those of a restart. */
const LONG_GAP_STEPS = 4

export interface RemarksRequest {
  input: z.output<typeof whatIfInput>
  courses: SaleCourses
  /** What each row bought. */
  sold: readonly number[]
  extra: number
  /** There was a present sale for the extra ones to be like. */
  extraPlaced: boolean
  nap: NapRule
  /** Plans of the extra ones that promise nothing of the resource. */
  unboundPlans: readonly string[]
}

/** Why an answer is weaker than it looks, most important first. */
export function whatIfRemarks({ input, courses, sold, extra, extraPlaced, nap, unboundPlans }: RemarksRequest): string[] {
  const { steps, firstSteps, seenSteps } = courses
  const seen = seenSteps.reduce((sum, one) => sum + one, 0)
  const days = seen / STEPS_PER_DAY
  if (seen === 0) return [`Nothing is recorded of ${nameOf(input.resource)} of what is on this machine now: there is nothing to replay.`]
  const remarks: string[] = []
  if (steps < input.days * STEPS_PER_DAY - STEPS_PER_DAY / 24)
    remarks.push(`The history goes back ${inDays(steps)}, not ${plural(input.days, "day")}.`)
  if (days < OLD_DAYS)
    remarks.push(
      "It is short: who is seen for less than a day counts with the full limit and who is seen for less than a week is held to be young, so that less is let in than in the long run.",
    )
  const gap = steps - seen
  if (gap >= LONG_GAP_STEPS) remarks.push(`In ${inDays(gap)} of it nothing was recorded. That time counts for nothing.`)
  const unseen = sold.filter((limit, row) => limit > 0 && firstSteps[row] === steps).length
  if (unseen > 0)
    remarks.push(
      `Of ${plural(unseen, "sale")} nothing is recorded: ${unseen === 1 ? "it counts with its full limit and uses" : "they count with their full limits and use"} nothing.`,
    )
  const bestEffort = sold.filter((limit, row) => limit === 0 && (firstSteps[row] as number) < steps).length
  if (bestEffort > 0)
    remarks.push(
      `${plural(bestEffort, "container or tenant", "containers or tenants")} without a limit cannot be refused: what they used is in the answer, whatever it is set to.`,
    )
  if (input.resource === "disk")
    remarks.push("Of disks only the hourly means of tenants are recorded; those of containers without a plan are not in the answer.")
  if (input.resource === "cpu") remarks.push("CPU is judged by the means of quarter-hours: shorter shortages are not seen.")
  if (extra > 0)
    remarks.push(
      extraPlaced
        ? "Extra tenants are a guess: each uses what a random present sale used, scaled to its plan."
        : "No present sale was seen for a day and has a limit, so that nobody knows what extra tenants would use: none was let in.",
    )
  if (unboundPlans.length > 0)
    remarks.push(`${list(unboundPlans)} promise nothing of ${nameOf(input.resource)}: extra tenants of them use nothing.`)
  if (nap.idleMs < STEP_MS)
    remarks.push(
      "Naps are judged by quarter-hours, the network is not looked at, and a tenant counts as one: more or fewer could have napped.",
    )
  remarks.push("Only what is on this machine now is replayed; what was removed meanwhile is not.")
  return remarks
}

const nameOf = (resource: string) => (resource === "cpu" ? "the CPU" : resource === "disk" ? "the disks" : "memory")
const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
const list = (names: readonly string[]) => `The plans ${names.map((name) => `“${name}”`).join(", ")}`

function inDays(steps: number): string {
  const hours = steps / (STEPS_PER_DAY / 24)
  return hours < 48 ? plural(Math.round(hours), "hour") : plural(Number((hours / 24).toFixed(1)), "day")
}
