import type { IncomingMessage } from "node:http"
import { BlockList, isIP } from "node:net"

/** Reverse proxies whose `X-Forwarded-For` is believed. */
export type TrustedProxies = BlockList

/** `10.0.0.7, 192.168.0.0/16, ::1` as a list. Throws with the entry that is neither an address nor a range. */
export function parseTrustedProxies(text: string): TrustedProxies {
  const proxies = new BlockList()
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== "")) {
    const [address = "", prefix, ...more] = entry.split("/")
    const family = familyOf(address)
    const longest = family === "ipv4" ? 32 : 128
    const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
    if (family === undefined || more.length > 0 || !(length <= longest))
      throw new Error(`must list addresses and ranges such as “10.0.0.7” or “10.0.0.0/8”, not “${entry}”`)
    proxies.addSubnet(address, length, family)
  }
  return proxies
}

/**
 * The address of who asks. Without trusted proxies it is the other end of the connection. Each trusted proxy's word is taken for
 * who connected to it: `X-Forwarded-For` is read from its end, where the nearest proxy wrote, up to the first address that is not a
 * trusted proxy's; what stands before that a client may have made up. An entry that is no address ends the chain at who wrote it.
 */
export function clientAddress(request: Pick<IncomingMessage, "socket" | "headers">, trusted: TrustedProxies): string {
  let address = plain(request.socket.remoteAddress ?? "unknown")
  for (const entry of claimed(request.headers["x-forwarded-for"]).reverse()) {
    const family = familyOf(address)
    if (family === undefined || !trusted.check(address, family) || familyOf(entry) === undefined) return address
    address = entry
  }
  return address
}

function claimed(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((value) => value.split(",").map((entry) => plain(entry.trim())))
}

/** A socket that listens at `::` shows IPv4 as `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2). */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "")
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  return ({ 4: "ipv4", 6: "ipv6" } as const)[isIP(address)]
}
