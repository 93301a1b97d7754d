import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

interface SettingGroupProps {
  title: string
  description?: string
  className?: string
  children: ReactNode
}

/** Settings that belong together, under what they do. */
export function SettingGroup({ title, description, className, children }: SettingGroupProps) {
  return (
    <fieldset className="min-w-0 border-line border-t px-4 pt-3 pb-4">
      <legend className="sr-only">{title}</legend>
      <p aria-hidden className="font-medium">
        {title}
      </p>
      {description ? <p className="max-w-[90ch] text-mute text-sm">{description}</p> : null}
      <div className={cn("mt-3 grid grid-cols-4 gap-4 max-lg:grid-cols-2 max-sm:grid-cols-1", className)}>{children}</div>
    </fieldset>
  )
}
