"use client"
import { Select as Base } from "@base-ui/react/select"
import { Check, ChevronsUpDown } from "lucide-react"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"
import { fieldClass } from "./input"
import { popupClass, popupItemClass } from "./popup"

export interface SelectOption<Value extends string> {
  value: Value
  label: string
  description?: string
  icon?: ReactNode
  disabled?: boolean
}

interface SelectProps<Value extends string> {
  value: Value
  onValueChange: (value: Value) => void
  options: readonly SelectOption<Value>[]
  /** Accessible name when it stands outside of a `Field`. */
  label?: string
  name?: string
  disabled?: boolean
  /** `sm` for toolbars. */
  size?: "sm" | "md"
  className?: string
}

/** One of a few known values. For many, or for values that can be typed, `Combobox`. */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  label,
  name,
  disabled,
  size = "md",
  className,
}: SelectProps<Value>) {
  const chosen = options.find((option) => option.value === value)
  return (
    <Base.Root
      value={value}
      {...(name === undefined ? {} : { name })}
      disabled={disabled === true}
      items={options}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next)
      }}
    >
      <Base.Trigger
        aria-label={label}
        className={cn(
          fieldClass,
          "flex items-center gap-2 text-left data-disabled:opacity-60",
          size === "sm" ? "h-7 text-sm" : "h-8",
          className,
        )}
      >
        {chosen?.icon}
        <Base.Value className="min-w-0 flex-1 truncate" />
        <Base.Icon className="text-faint">
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={cn(popupClass, "min-w-(--anchor-width)")}>
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled === true}
                className={cn(popupItemClass, "pr-7 data-selected:font-medium")}
              >
                {option.icon}
                <span className="min-w-0 flex-1">
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.description ? <span className="block max-w-80 font-normal text-mute text-sm">{option.description}</span> : null}
                </span>
                <Base.ItemIndicator className="absolute right-3">
                  <Check aria-hidden className="size-3.5" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
