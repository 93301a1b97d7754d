import { connect } from "node:net"
import { patience } from "./patience.js"

/** The answer to a request for /motd, whatever came of it: empty when nobody answered. One connection, which is not tried again. */
export function askMotd(host: string, port = 80): Promise<string> {
  return new Promise((resolve) => {
    let answer = ""
    const socket = connect({ host, port, timeout: patience(20_000) }, () => socket.write("GET /motd HTTP/1.0\r\n\r\n"))
    socket.on("data", (chunk) => {
      answer += chunk.toString()
    })
    socket.on("timeout", () => socket.destroy())
    socket.on("error", () => undefined)
    socket.on("close", () => resolve(answer))
  })
}
