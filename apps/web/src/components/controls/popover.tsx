"use client"
import { Popover as Base } from "@base-ui/react/popover"
import type { ReactElement, ReactNode } from "react"
import { popupClass } from "./popup"

/** Controls behind a button, for choices that stay open while one makes them. Escape and a click beside it close it. */
export function Popover({
  trigger,
  align = "start",
  children,
}: {
  trigger: ReactElement
  align?: "start" | "center" | "end"
  children: ReactNode
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className="z-50">
          <Base.Popup className={popupClass}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
