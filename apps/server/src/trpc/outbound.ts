import type { Socket } from "node:net"
import { TRPCError } from "@trpc/server"

/** The way back to one reader. */
export interface Outbound {
  /** Resolves when the connection takes more, or when `signal` aborts. What waits meanwhile is merged or left in its source. */
  ready(signal: AbortSignal): Promise<void>
  /** Takes one of the connection's places for subscriptions; returns what gives it back. Throws TOO_MANY_REQUESTS when all are taken. */
  occupy(): () => void
}

/** Subscriptions of one connection: far more than any page opens. */
const PLACES = 64

/** For answers that end by themselves. A subscription as an HTTP answer would outlive its session: nothing cuts those. */
export const unpacedOutbound: Outbound = {
  ready: () => Promise.resolve(),
  occupy() {
    throw new TRPCError({ code: "METHOD_NOT_SUPPORTED", message: "Subscriptions come over the WebSocket at /trpc." })
  },
}

/** Waits while the socket's write buffer is above its high-water mark. */
export function socketOutbound(socket: Socket): Outbound {
  let occupied = 0
  return {
    occupy() {
      if (occupied >= PLACES)
        throw new TRPCError({ code: "TOO_MANY_REQUESTS", message: `At most ${PLACES} subscriptions on one connection.` })
      occupied++
      return () => {
        occupied--
      }
    },
    ready: (signal) =>
      new Promise((resolve) => {
        if (!socket.writableNeedDrain || socket.destroyed || signal.aborted) return resolve()
        const settle = () => {
          socket.off("drain", settle)
          socket.off("close", settle)
          signal.removeEventListener("abort", settle)
          resolve()
        }
        socket.on("drain", settle)
        socket.on("close", settle)
        signal.addEventListener("abort", settle)
      }),
  }
}

/** Takes from `source` only when the connection is ready, so that a slow reader slows its source and nothing piles up here. */
export async function* paced<T>(outbound: Outbound, source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const leave = outbound.occupy()
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      await outbound.ready(signal)
      if (signal.aborted) return
      const next = await iterator.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    leave()
    await iterator.return?.()
  }
}
