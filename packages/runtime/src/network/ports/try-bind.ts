import { createSocket } from "node:dgram"
import { createServer } from "node:net"
import type { PublishedPort } from "../../engine.js"
import { errnoOf } from "../../errors.js"

/** Binds the host port for a moment. Undefined: it is free; else the errno (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`). */
export function tryBind(port: Pick<PublishedPort, "protocol" | "hostAddress" | "hostPort">): Promise<string | undefined> {
  return port.protocol === "tcp" ? bindTcp(port.hostAddress, port.hostPort) : bindUdp(port.hostAddress, port.hostPort)
}

function bindTcp(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy())
    server.once("error", (error) => resolve(errnoOf(error) ?? "EIO"))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

function bindUdp(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4")
    socket.once("error", (error) => {
      socket.close()
      resolve(errnoOf(error) ?? "EIO")
    })
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)))
  })
}
