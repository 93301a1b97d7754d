import type { ReactNode } from "react"
import { Mark } from "@/components/mark"

/** A page that says why there is no page. */
export function Problem({ code, title, children, actions }: { code: string; title: string; children: ReactNode; actions: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-[60vh] max-w-[56ch] flex-col items-start justify-center gap-2 px-4">
      <Mark className="mb-2 size-9" />
      <p className="text-faint text-sm">{code}</p>
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      <div className="text-mute">{children}</div>
      <div className="mt-3 flex gap-2">{actions}</div>
    </div>
  )
}
