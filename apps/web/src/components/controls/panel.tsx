import type { ComponentProps, ReactNode } from "react"
import { cn } from "@/lib/cn"

interface PanelProps extends Omit<ComponentProps<"section">, "title"> {
  title?: ReactNode
  /** On the right of the title: a figure, a legend, buttons. */
  aside?: ReactNode
}

/** A framed part of a page with a quiet heading. */
export function Panel({ title, aside, className, children, ...rest }: PanelProps) {
  return (
    <section {...rest} className={cn("flex min-w-0 flex-col overflow-hidden rounded-panel border border-line bg-panel", className)}>
      {title === undefined ? null : (
        <header className="flex min-h-10 items-center justify-between gap-3 px-4 py-2">
          <h2 className="font-medium text-mute text-sm">{title}</h2>
          {aside ? <div className="flex items-center gap-2 text-mute text-sm">{aside}</div> : null}
        </header>
      )}
      {children}
    </section>
  )
}
