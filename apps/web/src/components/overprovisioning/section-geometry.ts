import type { ResourceLine } from "@plimsoll/server/contract"

export interface SectionGeometry {
  /** Shares of allocatable, 0–1; `null`: not known. */
  water: number | null
  peak: number
  theta: number
  /** Shares of the deck, which is as long as the more of what is sold and what may be sold. */
  sold: number
  line: number
}

/** How high water and marks stand in the hull, and how far the deck is loaded. Nothing rises above the hull. */
export function sectionGeometry(
  line: Pick<ResourceLine, "allocatable" | "used" | "predictedPeak" | "theta" | "sold" | "loadLine">,
): SectionGeometry {
  const within = (share: number) => Math.min(1, Math.max(0, share))
  const ofAllocatable = (amount: number) => (line.allocatable > 0 ? within(amount / line.allocatable) : amount > 0 ? 1 : 0)
  const deck = Math.max(line.sold, line.loadLine)
  return {
    water: line.used === null ? null : ofAllocatable(line.used),
    peak: ofAllocatable(line.predictedPeak),
    theta: within(line.theta),
    sold: deck > 0 ? within(line.sold / deck) : 0,
    line: deck > 0 ? within(line.loadLine / deck) : 0,
  }
}
