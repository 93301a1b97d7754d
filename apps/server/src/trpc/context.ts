import type { Services } from "../services/services.js"
import type { SignedIn } from "../services/session/sessions.js"
import type { Outbound } from "./outbound.js"

/** What a procedure knows of its request. On a WebSocket it lives as long as the connection. */
export interface RequestContext {
  requestId: string
  session: SignedIn | null
  /** Of the client, as the front door says; `null`: it came to the socket directly. */
  address: string | null
  /** The request came with an API token, good or not. */
  showsToken?: boolean | undefined
  services: Services
  outbound: Outbound
}
