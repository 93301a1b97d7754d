import type { ApiToken, NewApiToken, TokenScope } from "../../contract/tokens.js"
import type { SignedIn } from "../session/sessions.js"

/** Keys for programs. Only their hashes are kept. */
export interface Tokens {
  list(session: SignedIn, tenant: string | undefined): Promise<ApiToken[]>
  /** Within the plan's number of tokens. Rejects with `invalid_argument` for a time that is over, `not_found` for an unknown tenant. */
  create(session: SignedIn, token: { tenant?: string; name: string; scope: TokenScope; expiresAt: number | null }): Promise<NewApiToken>
  /** Its open connections are cut. Rejects with `not_found`. */
  revoke(session: SignedIn, id: string): Promise<void>
  /** Who a request is by its `Authorization: Bearer plt_…`; `null`: by none. Notes when and from where it was used. */
  recognise(headers: Headers, address: string | null): Promise<SignedIn | null>
  /** Of these session ids, those of tokens that have neither expired nor been revoked. */
  stillValid(sessionIds: readonly string[]): Promise<string[]>
}
