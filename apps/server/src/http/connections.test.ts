import { createServer, get } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, it } from "vitest"
import { Connections } from "./connections.js"

it("a session that ends takes what is still being answered with it, and nobody else's", async () => {
  const connections = new Connections()
  const server = createServer((request, answer) => {
    connections.addAnswer(request.url ?? "", answer)
    answer.write("begun")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const ask = (path: string) =>
    new Promise<{ ended: Promise<string>; leave: () => void }>((resolve) => {
      const request = get({ host: "127.0.0.1", port, path }, (response) => {
        const ended = new Promise<string>((end) => response.once("close", () => end(response.complete ? "whole" : "cut")))
        response.once("data", () => resolve({ ended, leave: () => request.destroy() }))
        response.on("error", () => undefined)
      })
      request.on("error", () => undefined)
    })
  try {
    const [removed, other] = [await ask("/removed"), await ask("/other")]
    connections.cut(["/removed"])
    expect(await removed.ended).toBe("cut")
    expect(await Promise.race([other.ended, Promise.resolve("open")])).toBe("open")
    other.leave()
    await other.ended
    await connections.cutEnded({
      stillValid: async (ids) => {
        throw new Error(`still there: ${ids.join(" ")}`)
      },
    })
  } finally {
    server.close()
  }
})
