"use client"
import { Slider as Base } from "@base-ui/react/slider"
import { cn } from "@/lib/cn"

interface SliderProps {
  /** Accessible name. */
  label: string
  value: number
  onValueChange: (value: number) => void
  min: number
  max: number
  step: number
  /** The value as people read it, with its unit. */
  format: (value: number) => string
  disabled?: boolean
  className?: string
}

/** A number between two ends, by dragging or with the arrow keys (Page Up and Down: ten steps), with its value beside its name. */
export function Slider({ label, value, onValueChange, min, max, step, format, disabled = false, className }: SliderProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onValueChange(next)}
      min={min}
      max={max}
      step={step}
      largeStep={10 * step}
      disabled={disabled}
      className={cn("flex min-w-0 flex-col gap-1 data-disabled:opacity-60", className)}
    >
      <span className="flex items-baseline justify-between gap-2">
        <Base.Label className="font-medium text-ink">{label}</Base.Label>
        <span className="text-mute tabular-nums">{format(value)}</span>
      </span>
      <Base.Control className="flex h-6 touch-none select-none items-center px-2">
        <Base.Track className="h-1 w-full rounded-full bg-line-strong">
          <Base.Indicator className="rounded-full bg-ink" />
          <Base.Thumb
            getAriaValueText={(_, current) => format(current)}
            className="size-4 rounded-full border border-line-strong bg-panel shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-2"
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  )
}
