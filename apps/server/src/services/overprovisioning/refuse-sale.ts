import { EngineError } from "@plimsoll/runtime"
import { loadLineResources, type ResourceLine } from "../../contract/overprovisioning.js"
import { formatAmount, type Promised, resourceNouns } from "./amounts.js"
import type { CapacityFaults } from "./capacity.js"
import { guaranteedResources, guaranteeLeft, guaranteeNames } from "./guarantees.js"
import { largestThatFits, type PricedPlan } from "./plan-headroom.js"

/** Arithmetic of cores is not exact. */
const TOLERANCE = 1e-9
const OVERRULE = "An operator may let it pass with a reason."

export interface SaleRequest {
  /** What it adds to what was promised. */
  added: Promised
  lines: readonly ResourceLine[]
  /** Of what nothing can be sold. */
  faults: CapacityFaults
  selling: { stopped: boolean; why: string | null }
  /** For a sale by plan: what is on offer. */
  plans?: readonly PricedPlan[] | undefined
}

/** More of one resource, sold or guaranteed. */
interface Ask {
  line: ResourceLine
  need: number
  left: number
  /** Why there is too little, and what would fit. */
  tooLittle: () => string
  refuse: (publicMessage: string) => EngineError
}

/**
 * Why this may not be sold as `load_line_exceeded`; undefined: it may. The first that is short is named: what is sold before what is guaranteed,
 * each in the order of the contract.
 */
export function refusalOf(request: SaleRequest): EngineError | undefined {
  const { faults, selling } = request
  const asks = [...salesOf(request), ...guaranteesOf(request)]
  const [first] = asks
  if (first === undefined) return undefined
  if (selling.stopped) return first.refuse(stopWords(selling.why))
  for (const { line, refuse } of asks) {
    const fault = faults[line.resource]
    if (fault !== undefined) return refuse(`${fault.why}, so that nothing more of it is sold. ${OVERRULE}`)
  }
  const short = asks.find(({ need, left }) => need > left + TOLERANCE)
  return short?.refuse(`${short.tooLittle()} ${OVERRULE}`)
}

/** True when something of it grows. */
export function grows({ sold, guaranteed }: Promised): boolean {
  return loadLineResources.some((resource) => sold[resource] > 0 || guaranteed[resource] > 0)
}

function salesOf({ added, lines, plans }: SaleRequest): Ask[] {
  return lines
    .filter(({ resource }) => added.sold[resource] > 0)
    .map((line) => {
      const { resource, headroom, loadLine, sold } = line
      const need = added.sold[resource]
      const show = (amount: number) => formatAmount(resource, amount)
      const are = resource === "pids" ? "are" : "is"
      return {
        line,
        need,
        left: headroom,
        tooLittle: () =>
          `This machine has too little ${resourceNouns[resource]} below its load line: ${show(need)} more ${are} needed, and of the ${show(loadLine)} that may be sold ${show(sold)} ${are} sold already. ${whatFits(plans, lines) ?? moreFits(show, headroom)}`,
        refuse: (message) => exceeded({ resource, need, headroom, loadLine, sold }, message),
      }
    })
}

function guaranteesOf({ added, lines, plans }: SaleRequest): Ask[] {
  return guaranteedResources.flatMap((resource) => {
    const line = lines.find((each) => each.resource === resource)
    const need = added.guaranteed[resource]
    if (line === undefined || need <= 0) return []
    const { allocatable, guaranteed } = line
    const left = guaranteeLeft(line)
    const show = (amount: number) => formatAmount(resource, amount)
    return {
      line,
      need,
      left,
      tooLittle: () =>
        `This machine has too little ${resourceNouns[resource]} that can be guaranteed: ${show(need)} more is to be guaranteed, and of the ${show(allocatable)} that can be given ${show(guaranteed)} is guaranteed already. ${left > 0 ? `${show(left)} more could be guaranteed.` : "Nothing more can be guaranteed."}${withSpace(whatFits(plans, lines))}`,
      refuse: (message) => exceeded({ resource: guaranteeNames[resource], need, headroom: left, allocatable, guaranteed }, message),
    }
  })
}

/** In plans; undefined: it is not by plan. */
function whatFits(plans: readonly PricedPlan[] | undefined, lines: readonly ResourceLine[]): string | undefined {
  if (plans === undefined) return undefined
  const plan = largestThatFits(plans, lines)
  return plan === undefined ? "No plan fits any more." : `The largest plan that fits is “${plan.name}”.`
}

function moreFits(show: (amount: number) => string, left: number): string {
  return left <= 0 ? "Nothing more fits." : `${show(left)} more would fit.`
}

function withSpace(sentence: string | undefined): string {
  return sentence === undefined ? "" : ` ${sentence}`
}

function stopWords(why: string | null): string {
  return `Nothing more is sold on this machine for the time being${why ? `: ${why.replace(/\.$/, "")}` : ""}. ${OVERRULE}`
}

function exceeded(
  facts: { resource: string; need: number; headroom: number } & Record<string, string | number>,
  publicMessage: string,
): EngineError {
  return new EngineError("load_line_exceeded", { facts, publicMessage })
}
