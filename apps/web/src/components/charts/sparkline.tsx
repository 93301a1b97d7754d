import { memo } from "react"
import { cn } from "@/lib/cn"
import { sparklinePath } from "./sparkline-path"

interface SparklineProps {
  /** Oldest first; `null` is a gap. */
  values: readonly (number | null)[]
  /** How many values fill its width; default as many as there are. */
  slots?: number
  /** What it shows, for those who cannot see it; the figure itself stands beside it. */
  label: string
  /** The top of the picture; absent: the highest value, but at least `atLeast`. */
  max?: number
  /** So that noise around nothing does not look like a mountain range. */
  atLeast?: number
  width?: number
  height?: number
  className?: string
}

/** A line without axes: one SVG path, no listeners, drawn again only when its values change. Cheap by the hundred. */
export const Sparkline = memo(function Sparkline({
  values,
  slots,
  label,
  max,
  atLeast = 0.05,
  width = 64,
  height = 18,
  className,
}: SparklineProps) {
  const top = max ?? Math.max(atLeast, ...values.map((value) => value ?? 0))
  const { line, area } = sparklinePath({ values, top, width, height, ...(slots === undefined ? {} : { slots }) })
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={cn("shrink-0 text-series1", className)}
    >
      <path d={area} fill="currentColor" opacity=".16" />
      <path d={line} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  )
})
