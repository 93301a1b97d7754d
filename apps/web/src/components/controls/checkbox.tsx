"use client"
import { Checkbox as Base } from "@base-ui/react/checkbox"
import { Check, Minus } from "lucide-react"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

interface CheckboxProps {
  checked: boolean
  onCheckedChange: (checked: boolean, event: Event) => void
  /** Some, not all, of what it stands for. */
  indeterminate?: boolean
  /** Visible text beside it … */
  children?: ReactNode
  /** … or its accessible name alone, in tables. */
  label?: string
  description?: ReactNode
  name?: string
  disabled?: boolean
  className?: string
}

/** Yes or no, taken over when the form is sent. For what takes effect at once, `Switch`. */
export function Checkbox({
  checked,
  onCheckedChange,
  indeterminate = false,
  children,
  label,
  description,
  name,
  disabled,
  className,
}: CheckboxProps) {
  const box = (
    <Base.Root
      checked={checked}
      indeterminate={indeterminate}
      onCheckedChange={(next, details) => onCheckedChange(next, details.event)}
      {...(name === undefined ? {} : { name })}
      disabled={disabled === true}
      aria-label={label}
      className="grid size-4 shrink-0 place-items-center rounded border border-line-strong bg-field data-checked:border-inverse data-indeterminate:border-inverse data-checked:bg-inverse data-indeterminate:bg-inverse data-disabled:opacity-50"
    >
      <Base.Indicator className="text-inverse-ink">
        {indeterminate ? (
          <Minus aria-hidden strokeWidth={3} className="size-3" />
        ) : (
          <Check aria-hidden strokeWidth={3} className="size-3" />
        )}
      </Base.Indicator>
    </Base.Root>
  )
  if (children === undefined) return box
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside it is the control.
    <label className={cn("flex items-start gap-2", className)}>
      <span className="mt-0.5 flex">{box}</span>
      <span className="min-w-0">
        {children}
        {description ? <span className="block text-mute text-sm">{description}</span> : null}
      </span>
    </label>
  )
}
