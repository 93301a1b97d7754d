"use client"
import { Switch as Base } from "@base-ui/react/switch"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

interface SwitchProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  children: ReactNode
  description?: ReactNode
  name?: string
  disabled?: boolean
  className?: string
}

/** On or off, at once. */
export function Switch({ checked, onCheckedChange, children, description, name, disabled, className }: SwitchProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch inside it is the control.
    <label className={cn("flex items-start gap-2.5", className)}>
      <Base.Root
        checked={checked}
        onCheckedChange={(next) => onCheckedChange(next)}
        {...(name === undefined ? {} : { name })}
        disabled={disabled === true}
        className="mt-px flex h-4.5 w-8 shrink-0 rounded-full border border-line-strong bg-field p-px transition-colors data-checked:border-run data-checked:bg-run data-disabled:opacity-50"
      >
        <Base.Thumb className="size-3.5 rounded-full bg-line-strong transition-[translate] data-checked:translate-x-3.5 data-checked:bg-panel" />
      </Base.Root>
      <span className="min-w-0">
        {children}
        {description ? <span className="block text-mute text-sm">{description}</span> : null}
      </span>
    </label>
  )
}
