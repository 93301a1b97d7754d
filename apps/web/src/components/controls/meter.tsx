import { cn } from "@/lib/cn"

/** A short bar for a share of a limit, 0–1. Ochre from 80 %, red from 95 %; the label says the figure. */
export function Meter({ value, label, className }: { value: number; label: string; className?: string }) {
  const share = Math.min(1, Math.max(0, value))
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cn("inline-block h-1.5 w-14 overflow-hidden rounded-full bg-hull align-middle", className)}
    >
      <span
        className={cn("block h-full rounded-full", share >= 0.95 ? "bg-bad" : share >= 0.8 ? "bg-warn" : "bg-series1")}
        style={{ width: `${share * 100}%` }}
      />
    </span>
  )
}
