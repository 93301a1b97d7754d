"use client"
import { Field as Base } from "@base-ui/react/field"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

interface FieldProps {
  label: ReactNode
  /** What it means or which values it takes; always visible. */
  description?: ReactNode
  /** What is wrong with the value and what would be right. */
  error?: ReactNode
  /** Beside the label: a unit, a current value. */
  aside?: ReactNode
  optional?: string
  className?: string
  children: ReactNode
}

/** A labelled control with its description and its error, tied together for screen readers. */
export function Field({ label, description, error, aside, optional, className, children }: FieldProps) {
  const invalid = error !== undefined && error !== null && error !== "" && error !== false
  return (
    <Base.Root invalid={invalid} className={cn("flex min-w-0 flex-col gap-1", className)}>
      <div className="flex items-baseline justify-between gap-2">
        <Base.Label className="font-medium text-ink">
          {label}
          {optional ? <span className="ml-1.5 font-normal text-faint">{optional}</span> : null}
        </Base.Label>
        {aside ? <span className="text-mute text-sm">{aside}</span> : null}
      </div>
      {children}
      {invalid ? (
        <Base.Error match className="text-bad-ink text-sm">
          {error}
        </Base.Error>
      ) : null}
      {description ? <Base.Description className="text-mute text-sm">{description}</Base.Description> : null}
    </Base.Root>
  )
}
