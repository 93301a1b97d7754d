import type { Size } from "@/lib/use-size"
import { rowHeight } from "./stow"

export interface HullGeometry {
  width: number
  height: number
  /** Height of the deck: 100 % of what the machine has. */
  deckY: number
  /** Height of the keel: 0 %. */
  keelY: number
  /** Outline of the hull as SVG path data. */
  outline: string
  /** Where cargo stands, and how wide a full row is. */
  cargoX: number
  cargoWidth: number
  rowHeight: number
  /** Height of a share of the machine, 0–1. */
  y: (share: number) => number
  scaleX: number
}

/** Lays the picture out in the pixels there are, so that its letters have the size of all others on any screen. */
export function layOutHull({ width, height }: Size, rows: number): HullGeometry {
  const narrow = width < 560
  const hullHeight = Math.round(Math.max(104, Math.min(290, height * 0.52)))
  const keelY = height - (narrow ? 22 : 36)
  const deckY = keelY - hullHeight
  const bow = narrow ? 10 : Math.round(width * 0.1)
  const stern = width - (narrow ? 10 : Math.round(width * 0.095))
  const slope = hullHeight / 170
  const outline = [
    `M${bow + 8} ${deckY}H${stern - 18}q22 0 18 ${20 * slope}`,
    `l${-22 * slope} ${118 * slope}q${-6 * slope} ${32 * slope} ${-40 * slope} ${32 * slope}`,
    `H${bow + 86 * slope}q${-34 * slope} 0 ${-42 * slope} ${-32 * slope}L${bow} ${deckY + 14}q-4 -14 8 -14z`,
  ].join("")
  return {
    width,
    height,
    deckY,
    keelY,
    outline,
    cargoX: bow + 16,
    cargoWidth: stern - bow - 42,
    rowHeight: rowHeight(rows, Math.max(20, deckY - 12)),
    y: (share) => keelY - Math.min(1.04, Math.max(0, share)) * hullHeight,
    scaleX: stern - 24 - 10 * slope,
  }
}

/** A line of waves from `from` to `to`, 60 pixels long and `height` high, around y = 0. */
export function waves(from: number, to: number, height: number): string {
  return `M${from} 0${`q15 ${-height} 30 0t30 0`.repeat(Math.ceil((to - from) / 60))}`
}
