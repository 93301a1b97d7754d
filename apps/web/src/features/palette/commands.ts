import type { ReactNode } from "react"

/** One line of the palette. */
export interface PaletteCommand {
  id: string
  label: string
  /** Found by this too: an image's digest, a container's tenant. */
  keywords?: string
  detail?: ReactNode
  icon: ReactNode
  keys?: string[]
  /** Does it, or returns `open` with the commands that follow. */
  run: () => void
  /** Stays open afterwards, because more follows. */
  stays?: boolean
}

export interface PaletteGroup {
  heading: string
  commands: PaletteCommand[]
}
