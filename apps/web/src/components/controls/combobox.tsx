"use client"
import { Autocomplete as Base } from "@base-ui/react/autocomplete"
import { ChevronsUpDown } from "lucide-react"
import type { ReactNode, Ref } from "react"
import { cn } from "@/lib/cn"
import { fieldClass } from "./input"
import { popupClass, popupItemClass } from "./popup"

export interface ComboboxOption {
  /** What is put into the field. */
  value: string
  /** Shown on the right, quietly. */
  detail?: ReactNode
}

interface ComboboxProps {
  value: string
  onValueChange: (value: string) => void
  options: readonly ComboboxOption[]
  placeholder?: string
  /** Said when no option matches what was typed. */
  emptyText: string
  /** Accessible name when it stands outside of a `Field`. */
  label?: string
  /** Accessible name of the button that opens the list. */
  openLabel: string
  name?: string
  disabled?: boolean
  mono?: boolean
  className?: string
  onBlur?: () => void
  /** So that a form can send the focus here. */
  inputRef?: Ref<HTMLInputElement>
}

/** Text with suggestions: anything may be typed, the list helps. */
export function Combobox({
  value,
  onValueChange,
  options,
  placeholder,
  emptyText,
  label,
  openLabel,
  name,
  disabled,
  mono = false,
  className,
  onBlur,
  inputRef,
}: ComboboxProps) {
  return (
    <Base.Root
      items={options}
      itemToStringValue={(option: ComboboxOption) => option.value}
      value={value}
      onValueChange={(next) => onValueChange(next)}
      {...(name === undefined ? {} : { name })}
      disabled={disabled === true}
      openOnInputClick
      autoHighlight={false}
    >
      <Base.InputGroup className={cn("relative w-full", className)}>
        <Base.Input
          {...(inputRef === undefined ? {} : { ref: inputRef })}
          aria-label={label}
          placeholder={placeholder}
          spellCheck={false}
          onBlur={onBlur}
          className={cn(fieldClass, "h-8 pr-8", mono && "font-mono text-sm")}
        />
        <Base.Trigger
          aria-label={openLabel}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded text-faint hover:bg-hover hover:text-ink"
        >
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50">
          <Base.Popup className={cn(popupClass, "w-(--anchor-width) min-w-60")}>
            <Base.Empty className="text-mute empty:hidden">
              <span className="block px-2 py-1.5">{emptyText}</span>
            </Base.Empty>
            <Base.List>
              {(option: ComboboxOption) => (
                <Base.Item key={option.value} value={option} className={popupItemClass}>
                  <span className={cn("min-w-0 flex-1 truncate", mono && "font-mono text-sm")}>{option.value}</span>
                  {option.detail ? <span className="shrink-0 text-faint text-sm">{option.detail}</span> : null}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
