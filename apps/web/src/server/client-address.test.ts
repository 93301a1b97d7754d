import type { Socket } from "node:net"
import { describe, expect, test } from "vitest"
import { clientAddress, parseTrustedProxies } from "./client-address.js"

const from = (remoteAddress: string, trusted: string, forwarded?: string) =>
  clientAddress(
    { socket: { remoteAddress } as Socket, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } },
    parseTrustedProxies(trusted),
  )

describe("the client's address", () => {
  test("is the connection's where no proxy is trusted, whatever is claimed", () => {
    expect(from("127.0.0.1", "", "6.6.6.6")).toBe("127.0.0.1")
    expect(from("192.0.2.1", "127.0.0.1, ::1", "6.6.6.6")).toBe("192.0.2.1")
  })

  test("is what a trusted proxy saw, not what the client told the proxy", () => {
    expect(from("127.0.0.1", "127.0.0.1", "198.51.100.7")).toBe("198.51.100.7")
    expect(from("127.0.0.1", "127.0.0.1", "6.6.6.6, 198.51.100.7")).toBe("198.51.100.7")
    expect(from("::ffff:127.0.0.1", "127.0.0.1", "198.51.100.7")).toBe("198.51.100.7")
    expect(from("::1", "::1", "2001:db8::7")).toBe("2001:db8::7")
  })

  test("goes back through a chain of trusted proxies and no further", () => {
    expect(from("127.0.0.1", "127.0.0.1, 10.0.0.0/8", "6.6.6.6, 198.51.100.7, 10.1.2.3")).toBe("198.51.100.7")
    expect(from("127.0.0.1", "127.0.0.1, 10.0.0.0/8", "10.9.9.9")).toBe("10.9.9.9")
  })

  test("is the proxy's own where it says nothing that is an address", () => {
    expect(from("127.0.0.1", "127.0.0.1")).toBe("127.0.0.1")
    expect(from("127.0.0.1", "127.0.0.1", "")).toBe("127.0.0.1")
    expect(from("127.0.0.1", "127.0.0.1", "6.6.6.6, unknown")).toBe("127.0.0.1")
    expect(from("127.0.0.1", "127.0.0.1, 10.0.0.0/8", `${"x,".repeat(5000)}10.1.1.1`)).toBe("10.1.1.1")
  })
})

describe("the list of trusted proxies", () => {
  test.each(["localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0", "::1/129", "0x7f.1", "10.0.0.0/-1", "*"])(
    "%s is refused by name",
    (entry) => expect(() => parseTrustedProxies(`127.0.0.1, ${entry}`)).toThrow(`not “${entry}”`),
  )
})
