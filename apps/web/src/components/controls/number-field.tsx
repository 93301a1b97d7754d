"use client"
import { NumberField as Base } from "@base-ui/react/number-field"
import { Minus, Plus } from "lucide-react"
import { cn } from "@/lib/cn"

export interface NumberFieldProps {
  id?: string
  name?: string
  /** `null`: empty, which usually means "no limit". */
  value: number | null
  onValueChange: (value: number | null) => void
  min?: number
  max?: number
  /** By which arrow keys and the buttons change it. */
  step?: number
  /** What is counted, shown behind the number: `cores`, `MiB`. */
  unit?: string
  placeholder?: string
  disabled?: boolean
  /** Accessible name when it stands outside of a `Field`. */
  label?: string
  /** Accessible names of the two buttons. */
  decreaseLabel?: string
  increaseLabel?: string
  className?: string
  onBlur?: () => void
}

/** A number with its unit. Arrow keys change it by `step`, with Shift by ten steps; what is out of range is put back in on leaving. */
export function NumberField({
  id,
  name,
  value,
  onValueChange,
  min,
  max,
  step = 1,
  unit,
  placeholder,
  disabled,
  label,
  decreaseLabel = "−",
  increaseLabel = "+",
  className,
  onBlur,
}: NumberFieldProps) {
  const stepClass = "grid w-7 shrink-0 place-items-center text-mute hover:bg-hover hover:text-ink data-disabled:opacity-40"
  return (
    <Base.Root
      {...(id === undefined ? {} : { id })}
      {...(name === undefined ? {} : { name })}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      value={value}
      onValueChange={(next) => onValueChange(next)}
      step={step}
      smallStep={step / 10}
      largeStep={step * 10}
      disabled={disabled === true}
      format={{ useGrouping: false, maximumFractionDigits: 6 }}
      className={cn("w-full min-w-0", className)}
    >
      <Base.Group className="flex h-8 items-stretch overflow-hidden rounded-control border border-line-strong bg-field focus-within:border-focus focus-within:outline-1 focus-within:outline-focus hover:border-line-strong data-disabled:opacity-60 data-invalid:border-bad">
        <Base.Input
          aria-label={label}
          placeholder={placeholder}
          onBlur={onBlur}
          className="w-0 min-w-0 flex-1 bg-transparent px-2.5 text-ink outline-none placeholder:text-faint"
        />
        {unit ? <span className="self-center pr-2 text-mute text-sm">{unit}</span> : null}
        <Base.Decrement aria-label={decreaseLabel} className={cn(stepClass, "border-line border-l")}>
          <Minus aria-hidden className="size-3" />
        </Base.Decrement>
        <Base.Increment aria-label={increaseLabel} className={cn(stepClass, "border-line border-l")}>
          <Plus aria-hidden className="size-3" />
        </Base.Increment>
      </Base.Group>
    </Base.Root>
  )
}
