import type { ReactNode } from "react"
import { Mark } from "@/components/mark"
import { HullBackdrop } from "./hull-backdrop"

interface SignInFrameProps {
  title: string
  lead: ReactNode
  children: ReactNode
  /** Below the panel. */
  foot?: ReactNode
}

/** The page outside of the console: the mark, one panel, the sea. */
export function SignInFrame({ title, lead, children, foot }: SignInFrameProps) {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden px-4 pt-8 pb-[22vh]">
      <HullBackdrop />
      <div className="relative w-full max-w-84">
        <div className="mb-6 flex flex-col items-center gap-2 text-center">
          <Mark className="size-11" />
          <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
          <p className="text-mute">{lead}</p>
        </div>
        <div className="rounded-panel border border-line bg-panel p-5 shadow-pop">{children}</div>
        {foot ? <div className="mt-4 text-center text-mute text-sm">{foot}</div> : null}
      </div>
    </main>
  )
}
