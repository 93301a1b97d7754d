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
        className="inline-block min-h-6 min-w-6 cursor-help! rounded text-left leading-6 decoration-dotted decoration-line-strong underline underline-offset-3 hover:text-ink print:min-h-0 print:leading-[inherit] print:no-underline"
      >
        {children}
      </button>
    </Tooltip>
  )
}
