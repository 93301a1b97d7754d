"use client"
import { Search, X } from "lucide-react"
import { useRef } from "react"
import { useHotkeys } from "react-hotkeys-hook"
import { cn } from "@/lib/cn"
import { fieldClass } from "./input"
import { KeyHint } from "./key-hint"

interface FilterInputProps {
  value: string
  onValueChange: (value: string) => void
  /** Accessible name and placeholder. */
  label: string
  clearLabel: string
  className?: string
}

/** The filter of a list: `/` goes to it, Escape empties it and then leaves it. */
export function FilterInput({ value, onValueChange, label, clearLabel, className }: FilterInputProps) {
  const input = useRef<HTMLInputElement>(null)
  useHotkeys("/", () => input.current?.focus(), { preventDefault: true, useKey: true })
  return (
    <div className={cn("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return
          if (value === "") event.currentTarget.blur()
          else onValueChange("")
        }}
        className={cn(fieldClass, "h-8 pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden")}
      />
      {value === "" ? (
        <KeyHint keys={["/"]} className="pointer-events-none absolute top-2 right-2 max-sm:hidden" />
      ) : (
        <button
          type="button"
          aria-label={clearLabel}
          onClick={() => {
            onValueChange("")
            input.current?.focus()
          }}
          className="absolute top-1 right-1 grid size-6 place-items-center rounded text-mute hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  )
}
