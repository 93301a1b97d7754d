import { EngineError } from "@plimsoll/runtime"
import { loadLineResources, type ResourceLine } from "../../contract/overprovisioning.js"
import { type Amounts, formatAmount, resourceNouns } from "./amounts.js"
import type { CapacityFaults } from "./capacity.js"
import { largestThatFits, type PricedPlan } from "./plan-headroom.js"

/** Arithmetic of cores is not exact. */
const TOLERANCE = 1e-9
const OVERRULE = "An operator may let it pass with a reason."

export interface SaleRequest {
  /** What it adds to what was sold. */
  added: Amounts
  lines: readonly ResourceLine[]
  /** Of what nothing can be sold. */
  faults: CapacityFaults
  selling: { stopped: boolean; why: string | null }
  /** For a sale by plan: what is on offer. */
  plans?: readonly PricedPlan[] | undefined
}

/** Why this may not be sold as `load_line_exceeded`; undefined: it may. The first resource that is short is named, in the order of the contract. */
export function refusalOf({ added, lines, faults, selling, plans }: SaleRequest): EngineError | undefined {
  const growing = lines.filter(({ resource }) => added[resource] > 0)
  const [first] = growing
  if (first === undefined) return undefined
  if (selling.stopped) return stopped(first, added[first.resource], selling.why)
  for (const line of growing) {
    const fault = faults[line.resource]
    if (fault !== undefined) return exceeded(line, added[line.resource], `${fault.why}, so that nothing more of it is sold. ${OVERRULE}`)
  }
  const short = growing.find(({ resource, headroom }) => added[resource] > headroom + TOLERANCE)
  return short && passed(short, added[short.resource], { lines, plans })
}

/** True when something of it grows. */
export function grows(added: Amounts): boolean {
  return loadLineResources.some((resource) => added[resource] > 0)
}

function passed(line: ResourceLine, need: number, { lines, plans }: Pick<SaleRequest, "lines" | "plans">): EngineError {
  const { resource, headroom, loadLine, sold } = line
  const show = (amount: number) => formatAmount(resource, amount)
  const left = Math.max(0, headroom)
  return exceeded(
    line,
    need,
    `This machine has too little ${resourceNouns[resource]} below its load line: ${show(need)} more ${resource === "pids" ? "are" : "is"} needed, and of the ${show(loadLine)} that may be sold ${show(sold)} ${resource === "pids" ? "are" : "is"} sold already. ${whatFits(show(left), left, plans && { plans, lines })} ${OVERRULE}`,
  )
}

function whatFits(
  shown: string,
  left: number,
  offer: { plans: readonly PricedPlan[]; lines: readonly ResourceLine[] } | undefined,
): string {
  if (offer !== undefined) {
    const plan = largestThatFits(offer.plans, offer.lines)
    return plan === undefined ? "No plan fits any more." : `The largest plan that fits is “${plan.name}”.`
  }
  return left === 0 ? "Nothing more fits." : `${shown} more would fit.`
}

function stopped(line: ResourceLine, need: number, why: string | null): EngineError {
  return exceeded(
    line,
    need,
    `Nothing more is sold on this machine for the time being${why ? `: ${why.replace(/\.$/, "")}` : ""}. ${OVERRULE}`,
  )
}

function exceeded({ resource, headroom, loadLine, sold }: ResourceLine, need: number, publicMessage: string): EngineError {
  return new EngineError("load_line_exceeded", { facts: { resource, need, headroom, loadLine, sold }, publicMessage })
}
