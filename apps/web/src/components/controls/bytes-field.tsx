"use client"
import { useState } from "react"
import { cn } from "@/lib/cn"
import { NumberField } from "./number-field"
import { Select } from "./select"

const UNITS = [
  { value: "KiB", factor: 1024 },
  { value: "MiB", factor: 1024 ** 2 },
  { value: "GiB", factor: 1024 ** 3 },
  { value: "TiB", factor: 1024 ** 4 },
] as const
type Unit = (typeof UNITS)[number]["value"]

const factorOf = (unit: Unit): number => UNITS.find((entry) => entry.value === unit)?.factor ?? 1

/** The largest unit in which the bytes are a number without a long fraction. */
export function unitFor(bytes: number | null): Unit {
  if (bytes === null || bytes === 0) return "MiB"
  for (const { value, factor } of [...UNITS].reverse()) if (bytes >= factor && Number.isInteger((bytes / factor) * 4)) return value
  return "KiB"
}

interface BytesFieldProps {
  /** Bytes; `null`: empty. */
  value: number | null
  onValueChange: (bytes: number | null) => void
  minBytes?: number
  maxBytes?: number
  placeholder?: string
  disabled?: boolean
  label?: string
  /** Accessible name of the unit's choice. */
  unitLabel: string
  className?: string
  onBlur?: () => void
}

/** An amount of bytes in binary units. Another unit keeps the number typed and changes what it means. */
export function BytesField({
  value,
  onValueChange,
  minBytes,
  maxBytes,
  placeholder,
  disabled,
  label,
  unitLabel,
  className,
  onBlur,
}: BytesFieldProps) {
  const [unit, setUnit] = useState<Unit>(() => unitFor(value))
  const factor = factorOf(unit)
  const shown = value === null ? null : Number((value / factor).toFixed(6))
  return (
    <div className={cn("flex gap-1.5", className)}>
      <NumberField
        value={shown}
        onValueChange={(next) => onValueChange(next === null ? null : Math.round(next * factor))}
        {...(minBytes === undefined ? {} : { min: minBytes / factor })}
        {...(maxBytes === undefined ? {} : { max: maxBytes / factor })}
        step={unit === "MiB" ? 64 : unit === "KiB" ? 1024 : 1}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(disabled === undefined ? {} : { disabled })}
        {...(label === undefined ? {} : { label })}
        {...(onBlur === undefined ? {} : { onBlur })}
      />
      <Select
        label={unitLabel}
        value={unit}
        disabled={disabled === true}
        className="w-20!"
        options={UNITS.map((entry) => ({ value: entry.value, label: entry.value }))}
        onValueChange={(next) => {
          setUnit(next)
          if (shown !== null) onValueChange(Math.round(shown * factorOf(next)))
        }}
      />
    </div>
  )
}
