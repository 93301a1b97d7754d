import { z } from "zod"
import { bounds } from "./bounds.js"

export const terminalSize = z.object({
  columns: z.number().int().min(1).max(bounds.terminalColumns),
  rows: z.number().int().min(1).max(bounds.terminalRows),
})

/**
 * Frames of `WS /ws/terminal?ticket=…`. Binary frames are bytes of the terminal in both directions; text frames are JSON.
 * After a rejoin the first binary frames repeat the last screenfuls.
 */
export const terminalClientFrame = z.discriminatedUnion("type", [terminalSize.extend({ type: z.literal("resize") })])

/** Text frames from the server. `ready` comes first and says whether there is a terminal and an input. */
export type TerminalServerFrame =
  | { type: "ready"; execId: string | null; terminal: boolean; stdin: boolean }
  | { type: "exit"; exitCode: number }
  | { type: "error"; code: string; message: string }

/** Single use, for this sign-in only, and for half a minute. */
export interface TerminalTicket {
  ticket: string
}

export interface OpenedTerminal extends TerminalTicket {
  execId: string
}
