import { type Tone, toneInk } from "@/components/controls/badge"
import { cn } from "@/lib/cn"

/** Something that happened, marked on the time axis. */
export interface ChartMark {
  at: number
  label: string
  tone?: Tone
  /** Opens what belongs to it, for example the log at that moment. */
  onOpen?: () => void
}

interface MarkLabelProps {
  mark: ChartMark
  /** Set by the chart: the line's place. */
  viewBox?: { x?: number; y?: number; height?: number }
}

/** The flag of a mark at the foot of its line: a diamond with its words on hover; a button when it leads somewhere. */
export function MarkLabel({ mark, viewBox }: MarkLabelProps) {
  const x = viewBox?.x ?? 0
  const y = (viewBox?.y ?? 0) + (viewBox?.height ?? 0)
  const shape = (
    <>
      <title>{mark.label}</title>
      <rect x={x - 8} y={y - 12} width={16} height={16} fill="transparent" />
      <path d={`M${x} ${y - 9}l5 5-5 5-5-5z`} fill="currentColor" stroke="var(--panel)" />
    </>
  )
  const className = cn(toneInk[mark.tone ?? "neutral"], mark.onOpen && "cursor-pointer")
  if (mark.onOpen === undefined) return <g className={className}>{shape}</g>
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element.
    <g
      role="button"
      tabIndex={0}
      aria-label={mark.label}
      className={className}
      onClick={mark.onOpen}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") mark.onOpen?.()
      }}
    >
      {shape}
    </g>
  )
}
