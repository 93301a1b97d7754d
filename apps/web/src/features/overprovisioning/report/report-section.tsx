import type { ReactNode } from "react"
import { cn } from "@/lib/cn"

/** A part of the paper. On paper it stays on one page where it fits on one. */
export function ReportSection({ title, className, children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <section className={cn("break-inside-avoid", className)}>
      <h2 className="mb-1.5 break-after-avoid border-line-strong border-b pb-1 font-semibold text-lg">{title}</h2>
      {children}
    </section>
  )
}
