import { createSocket } from "node:dgram"
import { once } from "node:events"
import { createServer } from "node:net"
import { EngineError, errnoOf } from "../errors.js"

/** Tries to listen where a container is to be published. Rejects with `port_in_use` when a program of this host does. */
export async function assertPortFree(wanted: { address: string; port: number; protocol: "tcp" | "udp" }): Promise<void> {
  try {
    await (wanted.protocol === "tcp" ? listenTcp(wanted) : bindUdp(wanted))
  } catch (error) {
    // An address that is not this host's is told by the engine at the start.
    if (errnoOf(error) !== "EADDRINUSE") return
    throw new EngineError("port_in_use", {
      cause: error,
      facts: { ...wanted },
      publicMessage: `Host port ${wanted.port}/${wanted.protocol} is used by a program of this host. Choose another, or leave the choice to the engine.`,
    })
  }
}

async function listenTcp({ address, port }: { address: string; port: number }): Promise<void> {
  const server = createServer()
  server.listen(port, address)
  await once(server, "listening")
  server.close()
  await once(server, "close")
}

async function bindUdp({ address, port }: { address: string; port: number }): Promise<void> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4")
  try {
    socket.bind(port, address)
    await once(socket, "listening")
  } finally {
    socket.close()
  }
}
