"use client"
import type { ReactNode } from "react"
import { cn } from "@/lib/cn"
import { Button, type ButtonProps } from "./button"
import { KeyHint } from "./key-hint"
import { Tooltip } from "./tooltip"

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  /** Its accessible name, also shown on hover. */
  label: string
  icon: ReactNode
  /** Shortcut shown beside the label: `["g", "c"]`. */
  keys?: string[]
}

/** A square button that is only an icon. */
export function IconButton({ label, icon, keys, variant = "ghost", size = "md", className, ...rest }: IconButtonProps) {
  return (
    <Tooltip
      content={
        <span className="flex items-center gap-2">
          {label}
          {keys ? <KeyHint keys={keys} /> : null}
        </span>
      }
    >
      <Button
        {...rest}
        aria-label={label}
        variant={variant}
        size={size}
        className={cn(size === "sm" ? "w-7 px-0!" : "w-8 px-0!", className)}
        icon={icon}
      />
    </Tooltip>
  )
}
