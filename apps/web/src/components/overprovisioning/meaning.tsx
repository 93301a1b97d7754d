"use client"
import type { ReactNode } from "react"
import { Tooltip } from "@/components/controls/tooltip"

/** A word that says what it means while it is hovered or focused, and to screen readers as its description. */
export function Meaning({ of, children }: { of: string; children: ReactNode }) {
  return (
    <Tooltip content={of}>
      <button
        type="button"
        aria-description={of}
        className="cursor-help! rounded text-left decoration-dotted decoration-line-strong underline underline-offset-3 hover:text-ink print:no-underline"
      >
        {children}
      </button>
    </Tooltip>
  )
}
