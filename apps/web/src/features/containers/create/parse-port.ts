/** What a port field means: `80`, `8080:80`, `127.0.0.1:8080:80/udp` (as in `docker run -p`). */
export interface ParsedPort {
  containerPort: number
  protocol: "tcp" | "udp"
  hostPort?: number
  hostAddress?: string
}

const PATTERN = /^(?:(?:(?<address>\d{1,3}(?:\.\d{1,3}){3}):)?(?<host>\d{0,5}):)?(?<container>\d{1,5})(?:\/(?<protocol>tcp|udp))?$/i

/** Undefined when it is not a port publication. Ports are 1–65535. */
export function parsePort(text: string): ParsedPort | undefined {
  const groups = PATTERN.exec(text.trim())?.groups
  if (!groups) return undefined
  const containerPort = Number(groups.container)
  const hostPort = groups.host ? Number(groups.host) : undefined
  const inRange = (port: number) => port >= 1 && port <= 65535
  if (!inRange(containerPort) || (hostPort !== undefined && !inRange(hostPort))) return undefined
  const address = groups.address
  if (address?.split(".").some((part) => Number(part) > 255)) return undefined
  return {
    containerPort,
    protocol: groups.protocol?.toLowerCase() === "udp" ? "udp" : "tcp",
    ...(hostPort !== undefined && { hostPort }),
    ...(address !== undefined && { hostAddress: address }),
  }
}
