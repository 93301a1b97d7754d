"use client"
import { Menu as Base } from "@base-ui/react/menu"
import { Check } from "lucide-react"
import Link from "next/link"
import type { ReactElement, ReactNode } from "react"
import { cn } from "@/lib/cn"
import { KeyHint } from "./key-hint"
import { popupClass, popupItemClass } from "./popup"

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement
  align?: "start" | "center" | "end"
  open?: boolean
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}

/** Actions behind a button. */
export function Menu({ trigger, align = "start", open, onOpenChange, children }: MenuProps) {
  return (
    <Base.Root {...(open === undefined ? {} : { open })} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className="z-50">
          <Base.Popup className={cn(popupClass, "min-w-44")}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

interface MenuItemProps {
  icon?: ReactNode
  onClick?: () => void
  /** Goes there instead of doing something. */
  href?: string
  /** Takes something away. */
  danger?: boolean
  disabled?: boolean
  /** Why it cannot be done now; shown below it. */
  reason?: string
  /** What it means here, where its name alone does not say; shown below it. */
  hint?: string | undefined
  keys?: string[]
  children: ReactNode
}

/** One action. */
export function MenuItem({ icon, onClick, href, danger = false, disabled = false, reason, hint, keys, children }: MenuItemProps) {
  const className = cn(popupItemClass, danger && !disabled && "text-bad-ink", "[&_svg]:size-3.5 [&_svg]:shrink-0")
  const content = (
    <>
      {icon ?? <span className="size-3.5" />}
      <span className="min-w-0 flex-1">
        {children}
        {hint ? <span className="block max-w-64 text-mute text-sm">{hint}</span> : null}
        {disabled && reason ? <span className="block max-w-64 text-faint text-sm">{reason}</span> : null}
      </span>
      {keys ? <KeyHint keys={keys} className="ml-4" /> : null}
    </>
  )
  if (href !== undefined) {
    return (
      <Base.LinkItem closeOnClick render={<Link href={href} />} className={className}>
        {content}
      </Base.LinkItem>
    )
  }
  return (
    <Base.Item disabled={disabled} onClick={onClick} className={className}>
      {content}
    </Base.Item>
  )
}

/** One choice of several, ticked when it is the current one. */
export function MenuChoice<Value extends string>({
  value,
  onValueChange,
  options,
  label,
}: {
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: string; icon?: ReactNode }[]
  label?: string
}) {
  return (
    <Base.Group>
      {label ? <Base.GroupLabel className="px-2 pt-1.5 pb-0.5 text-faint text-xs">{label}</Base.GroupLabel> : null}
      <Base.RadioGroup value={value} onValueChange={(next: Value) => onValueChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick className={cn(popupItemClass, "[&_svg]:size-3.5")}>
            {option.icon ?? null}
            <span className="flex-1">{option.label}</span>
            <Base.RadioItemIndicator>
              <Check aria-hidden />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  )
}

/** A line between groups of actions. */
export function MenuSeparator() {
  return <Base.Separator className="my-1 h-px bg-line" />
}
