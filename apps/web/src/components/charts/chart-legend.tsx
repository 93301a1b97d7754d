import { dashOf, seriesColour } from "./series-style"

/** Which line is which. */
export function ChartLegend({ series }: { series: readonly { label: string; colour?: number }[] }) {
  return (
    <ul className="flex min-w-0 flex-wrap gap-x-3 text-mute">
      {series.map((entry, index) => (
        <li key={entry.label} className="flex items-center gap-1.5">
          <LineSwatch index={index} colour={entry.colour ?? index + 1} />
          {entry.label}
        </li>
      ))}
    </ul>
  )
}

/** A short piece of the line as it is drawn. */
export function LineSwatch({ index, colour }: { index: number; colour: number }) {
  return (
    <svg width="16" height="4" aria-hidden>
      <path d="M0 2h16" stroke={seriesColour(colour)} strokeWidth="2" strokeDasharray={dashOf(index)} />
    </svg>
  )
}
