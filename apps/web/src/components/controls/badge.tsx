import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

export type Tone = "neutral" | "run" | "sleep" | "warn" | "bad" | "load"

/** Text colours of the tones, AA on every surface. */
export const toneInk: Record<Tone, string> = {
  neutral: "text-mute",
  run: "text-run-ink",
  sleep: "text-sleep-ink",
  warn: "text-warn-ink",
  bad: "text-bad-ink",
  load: "text-load-ink",
}

/** A word in a frame. The word carries the meaning, the tone only helps. */
export function Badge({
  tone = "neutral",
  icon,
  children,
  className,
}: {
  tone?: Tone
  icon?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1 whitespace-nowrap rounded border border-line px-1.5 font-medium text-xs leading-4.5 [&_svg]:size-3",
        toneInk[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  )
}
