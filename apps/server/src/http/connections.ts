import type { WebSocket } from "ws"
import type { Sessions } from "../services/session/sessions.js"

/** Application close codes (RFC 6455, 7.4.2). */
export const CLOSE_SIGNED_OUT = 4401
const CLOSE_RESTARTING = 1012
const CLOSE_GRACE_MS = 1000

/** Who is connected with which session, so that a session that ends takes its connections with it. */
export class Connections {
  readonly #sockets = new Map<string, Set<WebSocket>>()

  add(sessionId: string, socket: WebSocket): void {
    const sockets = this.#sockets.get(sessionId) ?? new Set()
    this.#sockets.set(sessionId, sockets.add(socket))
    socket.once("close", () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#sockets.get(sessionId) === sockets) this.#sockets.delete(sessionId)
    })
  }

  cut(sessionIds: readonly string[]): void {
    for (const socket of sessionIds.flatMap((id) => [...(this.#sockets.get(id) ?? [])])) {
      socket.close(CLOSE_SIGNED_OUT, "signed out")
      // One that does not answer the close could go on sending for half a minute.
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref()
    }
  }

  /** Cuts those whose session has expired or was removed elsewhere. */
  async cutEnded(sessions: Pick<Sessions, "stillValid">): Promise<void> {
    const ids = [...this.#sockets.keys()]
    if (ids.length === 0) return
    const valid = await sessions.stillValid(ids)
    this.cut(ids.filter((id) => !valid.has(id)))
  }

  closeAll(): void {
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.close(CLOSE_RESTARTING, "the server restarts")
  }

  terminateAll(): void {
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.terminate()
  }
}
