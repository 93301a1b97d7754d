"use client"
import { Button as BaseButton } from "@base-ui/react/button"
import { LoaderCircle } from "lucide-react"
import type { ComponentProps, ReactNode } from "react"
import { cn } from "@/lib/cn"

export interface ButtonStyle {
  /** `primary`: the one thing this view is for. `danger`: takes something away. `ghost`: quiet, in toolbars. */
  variant?: "default" | "primary" | "danger" | "ghost" | undefined
  size?: "sm" | "md" | undefined
}

/** Classes of a button, for links that look like one. */
export function buttonClass({ variant = "default", size = "md" }: ButtonStyle = {}): string {
  return cn(
    "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-50 data-disabled:cursor-not-allowed data-disabled:opacity-50",
    size === "sm" ? "h-7 px-2 text-sm" : "h-8 px-3",
    {
      "border-line bg-panel text-ink hover:border-line-strong hover:bg-hover data-popup-open:bg-hover": variant === "default",
      "border-transparent bg-inverse text-inverse-ink hover:opacity-90": variant === "primary",
      "border-transparent bg-bad-fill text-bad-fill-ink hover:opacity-90": variant === "danger",
      "border-transparent text-mute hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink": variant === "ghost",
    },
  )
}

export interface ButtonProps extends Omit<ComponentProps<"button">, "type">, ButtonStyle {
  type?: "button" | "submit"
  icon?: ReactNode
  /** The action is under way: shown, and further presses are ignored; the button keeps its focus. */
  busy?: boolean
}

/** A button. It never submits a form unless `type="submit"`. */
export function Button({ variant, size, icon, busy = false, disabled, className, children, type = "button", ...rest }: ButtonProps) {
  return (
    <BaseButton
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={cn(buttonClass({ variant, size }), className)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : icon}
      {children}
    </BaseButton>
  )
}
