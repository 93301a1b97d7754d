"use client"
import { FileUp } from "lucide-react"
import { type ReactNode, useRef, useState } from "react"

/** Takes files that are dropped anywhere on it; `null`: none can be taken. The buttons do the same for those who do not drag. */
export function DropArea({ onFiles, hint, children }: { onFiles: ((files: File[]) => void) | null; hint: string; children: ReactNode }) {
  const [over, setOver] = useState(false)
  // Entering a child comes before leaving its parent: only the balance tells whether the pointer is still inside.
  const depth = useRef(0)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping needs a pointer; the buttons are for all.
    <div
      className="relative min-h-[calc(100dvh-7rem)]"
      onDragEnter={(event) => {
        if (onFiles === null || !event.dataTransfer.types.includes("Files")) return
        depth.current++
        setOver(true)
      }}
      onDragOver={(event) => event.preventDefault()}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1)
        if (depth.current === 0) setOver(false)
      }}
      onDrop={(event) => {
        event.preventDefault()
        depth.current = 0
        setOver(false)
        const files = [...event.dataTransfer.files]
        if (files.length > 0) onFiles?.(files)
      }}
    >
      {children}
      {over ? (
        <div className="pointer-events-none absolute -inset-2 z-20 grid place-items-center rounded-panel border-2 border-sleep border-dashed bg-bg/85">
          <p className="flex flex-col items-center gap-2 font-medium text-lg">
            <FileUp aria-hidden className="size-8 text-sleep" />
            {hint}
          </p>
        </div>
      ) : null}
    </div>
  )
}
