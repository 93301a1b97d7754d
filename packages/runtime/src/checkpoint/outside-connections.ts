/** Connections over TCP that somebody outside of the network namespace has with it, as `address:port` of the other end. Of tables as in /proc/PID/net/tcp and tcp6. */
export function outsideConnections(tables: readonly string[]): string[] {
  return tables.flatMap((table) =>
    table
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const [, local = "", remote = "", state = ""] = line.trim().split(/\s+/)
        // Ends on one address are both its own.
        return idle.has(state) || local === "" || isLoopback(remote) || addressOf(local) === addressOf(remote) ? [] : [readable(remote)]
      }),
  )
}

/** TIME_WAIT, CLOSE, LISTEN: nobody is at the other end (net/tcp_states.h). */
const idle: ReadonlySet<string> = new Set(["06", "07", "0A"])

function addressOf(end: string): string {
  return end.split(":")[0] ?? ""
}

// Words of four bytes in the machine's order, which is little-endian wherever this runs.
function isLoopback(end: string): boolean {
  const address = addressOf(end)
  return /^[0-9A-F]{6}7F$/.test(address) || address === "00000000000000000000000001000000" || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address)
}

function readable(end: string): string {
  const [address = "", port = ""] = end.split(":")
  const v4 = address.slice(-8)
  const isV4 = address.length === 8 || address.startsWith("0000000000000000FFFF0000")
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(v4.slice(at, at + 2), 16))
  return `${isV4 ? bytes.join(".") : address}:${Number.parseInt(port, 16)}`
}
