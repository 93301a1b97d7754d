import { cn } from "@/lib/cn"

interface ProgressBarProps {
  /** 0–1; `null`: under way, nobody knows how far. */
  share: number | null
  /** Its accessible name; absent where the text beside it says the same. */
  label?: string
  className?: string
}

/** A thin bar that fills. */
export function ProgressBar({ share, label, className }: ProgressBarProps) {
  return (
    <div
      {...(label === undefined
        ? { "aria-hidden": true }
        : {
            role: "progressbar",
            "aria-label": label,
            "aria-valuemin": 0,
            "aria-valuemax": 100,
            ...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) }),
          })}
      className={cn("h-1 overflow-hidden rounded-full bg-hull", className)}
    >
      <div
        className={share === null ? "h-full w-full animate-pulse bg-series1" : "h-full bg-series1 transition-[width]"}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  )
}
