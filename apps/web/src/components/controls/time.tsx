"use client"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import { Tooltip } from "./tooltip"

interface TimeProps {
  /** Epoch milliseconds. */
  at: number
  /** `ago`: how long since, counting on. `clock`: time of day, with the date unless it is today. `since`: a bare duration. */
  show?: "ago" | "clock" | "since"
  className?: string
}

/** A moment; hovering shows it in full with its time zone. */
export function Time({ at, show = "ago", className }: TimeProps) {
  const format = useFormat()
  const now = useNow()
  const text = show === "ago" ? format.ago(at, now) : show === "since" ? format.duration(Math.max(0, now - at)) : format.clock(at, now)
  return (
    <Tooltip content={format.dateTime(at)}>
      <time dateTime={new Date(at).toISOString()} className={className} suppressHydrationWarning>
        {text}
      </time>
    </Tooltip>
  )
}
