import { EventEmitter } from "node:events"
import type { Socket } from "node:net"
import { describe, expect, it } from "vitest"
import { paced, socketOutbound } from "./outbound.js"

function fakeSocket() {
  return Object.assign(new EventEmitter(), { writableNeedDrain: false, destroyed: false }) as unknown as Socket & {
    writableNeedDrain: boolean
  }
}

describe("paced", () => {
  it("takes nothing from its source while the socket is full", async () => {
    const socket = fakeSocket()
    let taken = 0
    async function* source() {
      for (;;) yield ++taken
    }
    const reader = paced(socketOutbound(socket), source(), new AbortController().signal)
    expect((await reader.next()).value).toBe(1)
    socket.writableNeedDrain = true
    const next = reader.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBe(1)
    socket.writableNeedDrain = false
    socket.emit("drain")
    expect((await next).value).toBe(2)
  })

  it("ends on abort, also while it waits, and lets its source clean up", async () => {
    const socket = fakeSocket()
    let cleaned = false
    async function* source() {
      try {
        for (;;) yield 1
      } finally {
        cleaned = true
      }
    }
    const abort = new AbortController()
    const reader = paced(socketOutbound(socket), source(), abort.signal)
    await reader.next()
    Object.assign(socket, { writableNeedDrain: true })
    const next = reader.next()
    abort.abort()
    expect((await next).done).toBe(true)
    expect(cleaned).toBe(true)
    expect(socket.listenerCount("drain")).toBe(0)
  })

  it("refuses the 65th subscription of a connection, and takes one again when another has ended", async () => {
    const outbound = socketOutbound(fakeSocket())
    const leave = Array.from({ length: 64 }, () => outbound.occupy())
    expect(() => outbound.occupy()).toThrow(expect.objectContaining({ code: "TOO_MANY_REQUESTS" }))
    leave[0]?.()
    expect(() => outbound.occupy()).not.toThrow()
  })
})
