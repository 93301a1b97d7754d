import { createServer } from "node:net"
import { describe, expect, it } from "vitest"
import { findListener, socketInodes } from "./find-listener.js"

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 99999 1 0000000000000000 20 4 30 10 -1
`

describe("findListener", () => {
  it("takes listening sockets of the port alone", () => {
    expect(socketInodes(table, { protocol: "tcp", hostPort: 8080 })).toEqual(["12345"])
    expect(socketInodes(table, { protocol: "tcp", hostPort: 80 })).toEqual([])
  })

  it("names this very process", async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    try {
      const hostPort = typeof address === "object" && address !== null ? address.port : 0
      expect(await findListener({ protocol: "tcp", hostPort })).toMatchObject({ pid: process.pid })
    } finally {
      server.close()
    }
  })
})
