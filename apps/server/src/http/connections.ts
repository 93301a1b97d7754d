import type { ServerResponse } from "node:http"
import type { WebSocket } from "ws"
import type { Sessions } from "../services/session/sessions.js"

/** Application close codes (RFC 6455, 7.4.2). */
export const CLOSE_SIGNED_OUT = 4401
const CLOSE_RESTARTING = 1012
const CLOSE_GRACE_MS = 1000

/** Who is connected with which session, so that a session that ends takes its connections with it. */
export class Connections {
  readonly #sockets = new Map<string, Set<WebSocket>>()
  readonly #answers = new Map<string, Set<ServerResponse>>()

  add(sessionId: string, socket: WebSocket): void {
    addUntilClosed(this.#sockets, sessionId, socket)
  }

  /** An archive or a log may take long as well. */
  addAnswer(sessionId: string, answer: ServerResponse): void {
    addUntilClosed(this.#answers, sessionId, answer)
  }

  cut(sessionIds: readonly string[]): void {
    for (const socket of sessionIds.flatMap((id) => [...(this.#sockets.get(id) ?? [])])) {
      socket.close(CLOSE_SIGNED_OUT, "signed out")
      // One that does not answer the close could go on sending for half a minute.
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref()
    }
    const answers = sessionIds.flatMap((id) => [...(this.#answers.get(id) ?? [])])
    for (const answer of answers) setTimeout(() => answer.destroy(), CLOSE_GRACE_MS).unref()
  }

  /** Cuts those whose session has expired or was removed elsewhere. */
  async cutEnded(sessions: Pick<Sessions, "stillValid">): Promise<void> {
    const ids = [...new Set([...this.#sockets.keys(), ...this.#answers.keys()])]
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

function addUntilClosed<T extends WebSocket | ServerResponse>(all: Map<string, Set<T>>, sessionId: string, connection: T): void {
  const theirs = all.get(sessionId) ?? new Set()
  all.set(sessionId, theirs.add(connection))
  connection.once("close", () => {
    theirs.delete(connection)
    if (theirs.size === 0 && all.get(sessionId) === theirs) all.delete(sessionId)
  })
}
