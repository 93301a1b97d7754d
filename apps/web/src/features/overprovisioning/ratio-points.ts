import type { LinePoint } from "@plimsoll/server/contract"
import type { SeriesPoint } from "@/components/charts/axis"

/** Predicted peak, sold and load line, each ÷ allocatable. Where there is nothing to sell there is no ratio. */
export function ratioPoints(points: readonly LinePoint[]): SeriesPoint[] {
  return points.map(({ at, allocatable, predictedPeak, sold, loadLine }) => ({
    at,
    values: [predictedPeak, sold, loadLine].map((value) =>
      value === null || allocatable === null || allocatable <= 0 ? null : value / allocatable,
    ),
  }))
}
