import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

const grids = {
  1: "grid-cols-1",
  3: "grid-cols-3 max-lg:grid-cols-2 max-sm:grid-cols-1",
  4: "grid-cols-4 max-lg:grid-cols-2 max-sm:grid-cols-1",
}

interface SettingGroupProps {
  title: string
  description?: string
  /** Side by side where there is room. */
  columns?: keyof typeof grids
  children: ReactNode
}

/** Settings that belong together, under what they do. */
export function SettingGroup({ title, description, columns = 4, children }: SettingGroupProps) {
  return (
    <fieldset className="min-w-0 border-line border-t px-4 pt-3 pb-4">
      <legend className="sr-only">{title}</legend>
      <p aria-hidden className="font-medium">
        {title}
      </p>
      {description ? <p className="max-w-[90ch] text-mute text-sm">{description}</p> : null}
      <div className={cn("mt-3 grid gap-4", grids[columns])}>{children}</div>
    </fieldset>
  )
}
