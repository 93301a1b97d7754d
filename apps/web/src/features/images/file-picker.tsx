"use client"
import { type ReactNode, useRef } from "react"

/** Chooses files with the browser's own dialog. `trigger` gets what opens it. */
export function FilePicker({
  onFiles,
  multiple = true,
  trigger,
}: {
  onFiles: (files: File[]) => void
  multiple?: boolean
  trigger: (pick: () => void) => ReactNode
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      {trigger(() => input.current?.click())}
      <input
        ref={input}
        type="file"
        multiple={multiple}
        hidden
        data-testid="archive-input"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          // So that choosing the same file again counts as a choice.
          event.target.value = ""
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}
