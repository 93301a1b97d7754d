import type { z } from "zod"
import type { OpenedTerminal, openTerminalInput, TerminalTicket } from "../../contract/index.js"
import type { SignedIn } from "../session/sessions.js"

export interface Terminals {
  /** Starts a shell (or `command`) on a new terminal in the container and returns a ticket to connect with. */
  open(session: SignedIn, input: z.output<typeof openTerminalInput>): Promise<OpenedTerminal>
  /** A ticket for a terminal that still runs. `not_found` when it ended. */
  rejoin(session: SignedIn, execId: string): Promise<TerminalTicket>
  /** A ticket for the standard streams of the container's own process. */
  attach(session: SignedIn, id: string): Promise<TerminalTicket>
}
