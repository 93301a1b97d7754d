import type { z } from "zod"
import type { WhatIfRemark, whatIfInput } from "../../../contract/overprovisioning.js"
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
export function whatIfRemarks({ input, courses, sold, extra, extraPlaced, nap, unboundPlans }: RemarksRequest): WhatIfRemark[] {
  const { resource } = input
  const { steps, firstSteps, seenSteps } = courses
  const seen = seenSteps.reduce((sum, one) => sum + one, 0)
  if (seen === 0) return [{ code: "nothing-recorded", resource }]
  const remarks: WhatIfRemark[] = []
  if (steps < input.days * STEPS_PER_DAY - STEPS_PER_DAY / 24)
    remarks.push({ code: "short-history", hours: hoursOf(steps), askedDays: input.days })
  if (seen / STEPS_PER_DAY < OLD_DAYS) remarks.push({ code: "young" })
  const gap = steps - seen
  if (gap >= LONG_GAP_STEPS) remarks.push({ code: "gap", hours: hoursOf(gap) })
  const unseen = sold.filter((limit, row) => limit > 0 && firstSteps[row] === steps).length
  if (unseen > 0) remarks.push({ code: "unseen", sales: unseen })
  const bestEffort = sold.filter((limit, row) => limit === 0 && (firstSteps[row] as number) < steps).length
  if (bestEffort > 0) remarks.push({ code: "no-limit", sales: bestEffort })
  if (resource === "disk") remarks.push({ code: "disk-means" })
  if (resource === "cpu") remarks.push({ code: "cpu-means" })
  if (extra > 0) remarks.push({ code: extraPlaced ? "extra-guess" : "extra-unknown" })
  if (unboundPlans.length > 0) remarks.push({ code: "unbound-plans", plans: [...unboundPlans], resource })
  if (nap.idleMs < STEP_MS) remarks.push({ code: "coarse-naps" })
  remarks.push({ code: "present-only" })
  return remarks
}

const hoursOf = (steps: number) => steps / (STEPS_PER_DAY / 24)

/** A remark in English words. */
export function whatIfRemarkWords(remark: WhatIfRemark): string {
  switch (remark.code) {
    case "nothing-recorded":
      return `Nothing is recorded of ${nameOf(remark.resource)} of what is on this machine now: there is nothing to replay.`
    case "short-history":
      return `The history goes back ${inDays(remark.hours)}, not ${plural(remark.askedDays, "day")}.`
    case "young":
      return "It is short: who is seen for less than a day counts with the full limit and who is seen for less than a week is held to be young, so that less is let in than in the long run."
    case "gap":
      return `In ${inDays(remark.hours)} of it nothing was recorded. That time counts for nothing.`
    case "unseen":
      return `Of ${plural(remark.sales, "sale")} nothing is recorded: ${remark.sales === 1 ? "it counts with its full limit and uses" : "they count with their full limits and use"} nothing.`
    case "no-limit":
      return `${plural(remark.sales, "container or tenant", "containers or tenants")} without a limit cannot be refused: what they used is in the answer, whatever it is set to.`
    case "disk-means":
      return "Of disks only the hourly means of tenants are recorded; those of containers without a plan are not in the answer."
    case "cpu-means":
      return "CPU is judged by the means of quarter-hours: shorter shortages are not seen."
    case "extra-guess":
      return "Extra tenants are a guess: each uses what a random present sale used, scaled to its plan."
    case "extra-unknown":
      return "No present sale was seen for a day and has a limit, so that nobody knows what extra tenants would use: none was let in."
    case "unbound-plans":
      return `${list(remark.plans)} promise nothing of ${nameOf(remark.resource)}: extra tenants of them use nothing.`
    case "coarse-naps":
      return "Naps are judged by quarter-hours, the network is not looked at, and a tenant counts as one: more or fewer could have napped."
    case "present-only":
      return "Only what is on this machine now is replayed; what was removed meanwhile is not."
  }
}

const nameOf = (resource: string) => (resource === "cpu" ? "the CPU" : resource === "disk" ? "the disks" : "memory")
const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
const list = (names: readonly string[]) => `The plans ${names.map((name) => `“${name}”`).join(", ")}`

function inDays(hours: number): string {
  return hours < 48 ? plural(Math.round(hours), "hour") : plural(Number((hours / 24).toFixed(1)), "day")
}
