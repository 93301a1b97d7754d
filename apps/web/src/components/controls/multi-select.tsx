"use client"
import { Select as Base } from "@base-ui/react/select"
import { Check, ChevronsUpDown } from "lucide-react"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"
import { fieldClass } from "./input"
import { popupClass, popupItemClass } from "./popup"

interface MultiSelectProps<Value extends string> {
  /** Chosen values; none means all. */
  values: readonly Value[]
  onValuesChange: (values: Value[]) => void
  options: readonly { value: Value; label: string; icon?: ReactNode }[]
  /** What is chosen among: `Kind`. */
  label: string
  /** Said when nothing is chosen: `any`. */
  anyText: string
  className?: string
}

/** Any number of known values, as a filter. */
export function MultiSelect<Value extends string>({ values, onValuesChange, options, label, anyText, className }: MultiSelectProps<Value>) {
  const first = options.find((option) => option.value === values[0])?.label ?? values[0]
  const text = values.length === 0 ? anyText : values.length === 1 ? first : `${first} +${values.length - 1}`
  return (
    <Base.Root multiple value={[...values]} onValueChange={(next) => onValuesChange(next)}>
      <Base.Trigger
        aria-label={`${label}: ${text}`}
        className={cn(fieldClass, "flex h-8 w-auto! max-w-64 items-center gap-1.5", className)}
      >
        <span className="text-mute">{label}</span>
        <span className="min-w-0 truncate">{text}</span>
        <ChevronsUpDown aria-hidden className="ml-auto size-3.5 shrink-0 text-faint" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={cn(popupClass, "min-w-44")}>
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className={cn(popupItemClass, "[&_svg]:size-3.5")}>
                <span className="grid size-4 shrink-0 place-items-center rounded border border-line-strong bg-field">
                  <Base.ItemIndicator>
                    <Check aria-hidden strokeWidth={3} />
                  </Base.ItemIndicator>
                </span>
                {option.icon}
                <Base.ItemText className="flex-1">{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
