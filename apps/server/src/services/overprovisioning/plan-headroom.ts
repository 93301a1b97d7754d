import { loadLineResources, type PlanHeadroom, type ResourceLine, type ResourceName } from "../../contract/overprovisioning.js"
import type { PlanTerms } from "../../contract/plans.js"
import { soldByPlan } from "./sales.js"

export interface PricedPlan {
  id: string
  name: string
  terms: PlanTerms
}

/** How many more of each plan fit, in the order given. Where selling has been stopped, none do. */
export function planHeadroom(plans: readonly PricedPlan[], lines: readonly ResourceLine[]): PlanHeadroom[] {
  return plans.map(({ id, name, terms }) => ({ plan: id, name, ...fitsOf(terms, lines) }))
}

function fitsOf(terms: PlanTerms, lines: readonly ResourceLine[]): Pick<PlanHeadroom, "fits" | "boundBy"> {
  const wants = soldByPlan(terms)
  let fits = Number.MAX_SAFE_INTEGER
  let boundBy: ResourceName | null = null
  for (const resource of loadLineResources) {
    const wanted = wants[resource]
    const line = lines.find((each) => each.resource === resource)
    if (wanted === undefined || line === undefined) continue
    const room = Math.max(0, Math.floor(line.headroom / wanted + 1e-9))
    if (room < fits) [fits, boundBy] = [room, resource]
  }
  return { fits, boundBy }
}

/** The largest plan, by memory, then CPU, of which one more fits. */
export function largestThatFits(plans: readonly PricedPlan[], lines: readonly ResourceLine[]): PricedPlan | undefined {
  return plans
    .filter(({ terms }) => fitsOf(terms, lines).fits > 0)
    .sort((a, b) => b.terms.memoryMaxBytes - a.terms.memoryMaxBytes || b.terms.cpuMaxCores - a.terms.cpuMaxCores)[0]
}
