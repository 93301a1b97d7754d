import { BlockList, isIP } from "node:net"

/** How far an address is: each step is nearer to what must not be reached by a stranger's word. `forbidden` is never connected to. */
export type Reach = "public" | "private" | "loopback" | "forbidden"

/**
 * Where an IP address leads. Forbidden: link-local, the metadata services of clouds, multicast, and what is no address of a host. IPv4 inside of
 * IPv6 (mapped, NAT64) counts as the IPv4 address. (IANA special-purpose address registries; RFC 4291, RFC 6052)
 */
export function reachOf(address: string): Reach {
  const plain = address.replace(/%.*$/, "")
  const family = isIP(plain)
  if (family === 0) return "forbidden"
  const embedded = family === 6 ? embeddedIpv4(plain) : undefined
  if (embedded !== undefined) return reachOf(embedded)
  const kind = family === 6 ? "ipv6" : "ipv4"
  if (forbidden.check(plain, kind)) return "forbidden"
  if (loopback.check(plain, kind)) return "loopback"
  return privateNets.check(plain, kind) ? "private" : "public"
}

/** What a host says of itself by its spelling alone: a literal address, or a name for loopback (RFC 6761). Undefined for every other name. */
export function literalReach(hostname: string): Reach | undefined {
  const bare = bareHostname(hostname)
  if (isIP(bare.replace(/%.*$/, "")) !== 0) return reachOf(bare)
  return bare === "localhost" || bare.endsWith(".localhost") ? "loopback" : undefined
}

/** `[::1]` → `::1`, lower case, without the dot of a fully qualified name. */
export function bareHostname(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
}

const order: readonly Reach[] = ["public", "private", "loopback", "forbidden"]

/** True when `reach` is no nearer than `ceiling`. */
export function isWithin(reach: Reach, ceiling: Exclude<Reach, "forbidden">): boolean {
  return order.indexOf(reach) <= order.indexOf(ceiling)
}

const forbidden = listOf(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["192.0.0.192", 32], // Oracle Cloud's metadata
  ["100.100.100.200", 32], // Alibaba Cloud's
  ["168.63.129.16", 32], // Azure's host
  ["::", 128],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
  ["2002::", 16],
  ["fd00:ec2::", 32], // Amazon's, fd00:ec2::254
  ["fd20:ce::254", 128], // Google's
)
const loopback = listOf(["127.0.0.0", 8], ["::1", 128])
const privateNets = listOf(
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["192.0.0.0", 24],
  ["198.18.0.0", 15],
  ["fc00::", 7],
)

function listOf(...subnets: [string, number][]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, net.includes(":") ? "ipv6" : "ipv4")
  return list
}

function embeddedIpv4(address: string): string | undefined {
  const groups = groupsOf(address)
  const head = groups.slice(0, 6).join(":")
  const isEmbedded = head === "0:0:0:0:0:ffff" || head === "64:ff9b:0:0:0:0" || (head === "0:0:0:0:0:0" && groups[6] !== "0")
  if (!isEmbedded) return undefined
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join(".")
}

/** The eight groups, as URLs spell them: hexadecimal, without leading zeroes. */
function groupsOf(address: string): string[] {
  const [left = "", right] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::")
  const before = left === "" ? [] : left.split(":")
  const after = right === undefined || right === "" ? [] : right.split(":")
  return right === undefined ? before : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after]
}
