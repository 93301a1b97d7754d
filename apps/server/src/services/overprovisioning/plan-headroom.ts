import { type HeadroomBound, loadLineResources, type PlanHeadroom, type ResourceLine } from "../../contract/overprovisioning.js"
import type { PlanTerms } from "../../contract/plans.js"
import { guaranteedResources, guaranteeLeft, guaranteeNames } from "./guarantees.js"
import { guaranteedByPlan, soldByPlan } from "./sales.js"

export interface PricedPlan {
  id: string
  name: string
  terms: PlanTerms
}

/** How many more of each plan fit, in the order given: below the load line, and with what they guarantee. */
export function planHeadroom(plans: readonly PricedPlan[], lines: readonly ResourceLine[]): PlanHeadroom[] {
  return plans.map(({ id, name, terms }) => ({ plan: id, name, ...fitsOf(terms, lines) }))
}

function fitsOf(terms: PlanTerms, lines: readonly ResourceLine[]): Pick<PlanHeadroom, "fits" | "boundBy"> {
  const [sold, guaranteed] = [soldByPlan(terms), guaranteedByPlan(terms)]
  let fits = Number.MAX_SAFE_INTEGER
  let boundBy: HeadroomBound | null = null
  const bind = (name: HeadroomBound, left: number, wanted: number) => {
    const room = Math.max(0, Math.floor(left / wanted + 1e-9))
    if (room < fits) [fits, boundBy] = [room, name]
  }
  const lineOf = new Map(lines.map((line) => [line.resource, line]))
  for (const resource of loadLineResources) {
    const [wanted, line] = [sold[resource], lineOf.get(resource)]
    if (wanted !== undefined && line !== undefined) bind(resource, line.headroom, wanted)
  }
  for (const resource of guaranteedResources) {
    const [wanted = 0, line] = [guaranteed[resource], lineOf.get(resource)]
    if (wanted > 0 && line !== undefined) bind(guaranteeNames[resource], guaranteeLeft(line), wanted)
  }
  return { fits, boundBy }
}

/** The largest plan, by memory, then CPU, of which one more fits. */
export function largestThatFits(plans: readonly PricedPlan[], lines: readonly ResourceLine[]): PricedPlan | undefined {
  return plans
    .filter(({ terms }) => fitsOf(terms, lines).fits > 0)
    .sort((a, b) => b.terms.memoryMaxBytes - a.terms.memoryMaxBytes || b.terms.cpuMaxCores - a.terms.cpuMaxCores)[0]
}
