import { randomBytes } from "node:crypto"
import type { SignedIn } from "../session/sessions.js"

/** What a ticket lets one connect to. */
export type TerminalTarget = { host: string } & ({ kind: "exec"; execId: string } | { kind: "attach"; containerId: string })

const LIFETIME_MS = 30_000
/** Tickets that nobody uses must not pile up. */
const MAXIMUM = 1000

/** Single-use, short-lived, and good only for the sign-in that asked for them. */
export class Tickets {
  readonly #open = new Map<string, { target: TerminalTarget; sessionId: string; expiresAt: number }>()

  constructor(private readonly now: () => number) {}

  issue(session: SignedIn, target: TerminalTarget): string {
    for (const [ticket, { expiresAt }] of this.#open) {
      if (expiresAt <= this.now() || this.#open.size >= MAXIMUM) this.#open.delete(ticket)
    }
    const ticket = randomBytes(24).toString("base64url")
    this.#open.set(ticket, { target, sessionId: session.sessionId, expiresAt: this.now() + LIFETIME_MS })
    return ticket
  }

  /** Uses the ticket up. `undefined`: unknown, used, expired or another sign-in's. */
  redeem(session: SignedIn, ticket: string): TerminalTarget | undefined {
    const entry = this.#open.get(ticket)
    this.#open.delete(ticket)
    if (entry === undefined || entry.expiresAt <= this.now() || entry.sessionId !== session.sessionId) return undefined
    return entry.target
  }
}
