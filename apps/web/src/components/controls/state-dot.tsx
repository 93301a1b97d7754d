import type { ReactNode } from "react"
import { cn } from "@/lib/cn"
import { type Tone, toneInk } from "./badge"

/** How something is. `failed`: an exit code other than 0, or dead. */
export type VisualState =
  | "running"
  | "paused"
  | "hibernated"
  | "restarting"
  | "created"
  | "exited"
  | "failed"
  | "removing"
  | "unhealthy"
  | "unknown"

const tones: Record<VisualState, Tone> = {
  running: "run",
  paused: "sleep",
  hibernated: "sleep",
  restarting: "warn",
  created: "neutral",
  exited: "neutral",
  failed: "bad",
  removing: "neutral",
  unhealthy: "warn",
  unknown: "neutral",
}

/** Each state has a shape of its own, so that nobody needs to tell colours apart. */
const shapes: Record<VisualState, ReactNode> = {
  running: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  paused: (
    <>
      <rect x="1.5" y="1" width="2.6" height="8" rx=".8" fill="currentColor" />
      <rect x="5.9" y="1" width="2.6" height="8" rx=".8" fill="currentColor" />
    </>
  ),
  hibernated: <path d="M6.2 1A4.2 4.2 0 1 0 9 7.4 4.6 4.6 0 0 1 6.2 1z" fill="currentColor" />,
  restarting: <path d="M8.6 5a3.6 3.6 0 1 1-1.3-2.8" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" />,
  created: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  exited: <rect x="1.7" y="1.7" width="6.6" height="6.6" rx="1.2" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  failed: <path d="M5 .8 9.6 9H.4z" fill="currentColor" />,
  removing: <path d="M1.5 5h7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  unhealthy: <path d="M5 .6 9.4 5 5 9.4.6 5z" fill="currentColor" />,
  unknown: <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2 1.6" />,
}

/** The mark of a state; `label` is its accessible name, unless `children` say it visibly. */
export function StateDot({
  state,
  label,
  children,
  className,
}: {
  state: VisualState
  label?: string
  children?: ReactNode
  className?: string
}) {
  const size = cn("inline-block size-2.5 shrink-0", toneInk[tones[state]])
  if (children === undefined && label !== undefined) {
    return (
      <svg role="img" aria-label={label} viewBox="0 0 10 10" className={size}>
        {shapes[state]}
      </svg>
    )
  }
  const mark = (
    <svg aria-hidden viewBox="0 0 10 10" className={size}>
      {shapes[state]}
    </svg>
  )
  if (children === undefined) return mark
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap", className)}>
      {mark}
      <span>{children}</span>
    </span>
  )
}
