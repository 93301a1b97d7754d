import type { ReactNode } from "react"

interface ResourceBarProps {
  label: string
  /** Used share, 0–1; `null`: not known yet. */
  share: number | null
  caption: ReactNode
  note: ReactNode
  remark: ReactNode
}

/** One resource as the hull seen from the side: sea in steel. */
export function ResourceBar({ label, share, caption, note, remark }: ResourceBarProps) {
  return (
    <div className="flex flex-1 flex-col gap-2 px-4 pt-4 pb-4">
      <div role="img" aria-label={label} className="relative h-4 overflow-hidden rounded bg-hull">
        <div
          className="absolute inset-y-0 left-0 bg-sea3 transition-[width] duration-700"
          style={{ width: `${Math.min(1, Math.max(0, share ?? 0)) * 100}%` }}
        />
        {[0.25, 0.5, 0.75].map((tick) => (
          <span key={tick} className="absolute inset-y-0 w-px bg-panel/60" style={{ left: `${tick * 100}%` }} />
        ))}
      </div>
      <p className="flex flex-wrap justify-between gap-x-3">
        <span>{caption}</span>
        <span className="text-mute">{note}</span>
      </p>
      {remark ? <p className="text-mute text-sm">{remark}</p> : null}
    </div>
  )
}
