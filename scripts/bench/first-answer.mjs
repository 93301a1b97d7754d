import { connect } from "node:net"

/** Milliseconds from the client's connect to the first byte of its answer, over HTTP. */
export function firstAnswer(host) {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 80, timeout: 30_000 }, () => socket.write("GET / HTTP/1.0\r\n\r\n"))
    socket.once("data", () => resolve(performance.now() - began))
    socket.once("data", () => socket.destroy())
    socket.once("timeout", () => socket.destroy(new Error("no answer within 30 s")))
    socket.once("error", reject)
  })
}
