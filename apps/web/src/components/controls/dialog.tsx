"use client"
import { Dialog as Base } from "@base-ui/react/dialog"
import { X } from "lucide-react"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { cn } from "@/lib/cn"

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  /** Buttons, the one that acts last. */
  footer?: ReactNode
  /** `lg` for forms and lists. */
  size?: "sm" | "md" | "lg"
  /** What has focus first; `true` and by default: the first that takes it. Not `autoFocus` of a field: that comes too early for the way back. */
  initialFocus?: () => HTMLElement | true
  children?: ReactNode
}

/** A question or a form over the page. Escape and a click beside it close it; focus goes back to where it came from. */
export function Dialog({ open, onOpenChange, title, description, footer, size = "md", initialFocus, children }: DialogProps) {
  const t = useTranslations("controls")
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Viewport className={viewportClass}>
          <Base.Popup
            initialFocus={initialFocus}
            className={cn(dialogClass, size === "sm" ? "max-w-96" : size === "md" ? "max-w-130" : "max-w-190")}
          >
            <header className="flex items-start gap-3 px-5 pt-4">
              <div className="min-w-0 flex-1">
                <Base.Title className="font-semibold text-lg">{title}</Base.Title>
                {description ? <Base.Description className="mt-1 text-mute">{description}</Base.Description> : null}
              </div>
              <Base.Close
                aria-label={t("close")}
                className="-mr-2 grid size-7 place-items-center rounded-control text-mute hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-4" />
              </Base.Close>
            </header>
            {children ? <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div> : <div className="h-4" />}
            {footer ? <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-5 py-3">{footer}</footer> : null}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

export const backdropClass =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
export const viewportClass =
  "fixed inset-0 z-40 flex items-start justify-center overflow-y-auto p-4 pt-[10vh] max-sm:items-end max-sm:p-0 max-sm:pt-8"
export const dialogClass = cn(
  "flex max-h-[85vh] w-full flex-col overflow-hidden rounded-panel border border-line bg-raised text-ink shadow-pop outline-none max-sm:max-w-none max-sm:rounded-b-none",
  "transition-[opacity,translate] duration-100 data-ending-style:translate-y-1 data-starting-style:translate-y-1 data-ending-style:opacity-0 data-starting-style:opacity-0",
)
