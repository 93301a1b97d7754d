import { describe, expect, it } from "vitest"
import {
  formatAddress,
  formatSubnet,
  macAddressOf,
  parseAddress,
  parseSubnet,
  subnetContains,
  subnetsOverlap,
  tenantNumberOf,
} from "./ipv4.js"

describe("addresses", () => {
  it.each(["0.0.0.0", "10.201.16.1", "192.168.208.255", "255.255.255.255"])("%s is read and written the same", (text) => {
    expect(formatAddress(parseAddress(text) ?? -1)).toBe(text)
  })
  it.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1.2.3.-4", "::1", "1.2.3.4/24"])(
    "%j is none",
    (text) => {
      expect(parseAddress(text)).toBeUndefined()
    },
  )
  it("have MAC addresses that are local, unicast, their own, and tell the tenant", () => {
    const macAddress = macAddressOf(0x1234, parseAddress("10.201.16.2") ?? 0)
    expect(macAddress).toBe("02:12:34:c9:10:02")
    expect(tenantNumberOf(macAddress)).toBe(0x1234)
    expect(macAddressOf(0, parseAddress("255.255.255.255") ?? 0)).toBe("02:00:00:ff:ff:ff")
  })
})

describe("subnets", () => {
  it("are read and written", () => {
    expect(formatSubnet(parseSubnet("10.201.16.0/20"))).toBe("10.201.16.0/20")
  })
  it.each(["10.0.0.0", "10.0.0.1/20", "10.0.0.0/33", "10.0.0.0/-1", "x/8", "10.0.0.0/8/8"])("%j is none", (text) => {
    expect(() => parseSubnet(text)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
  })
  it("contain and overlap", () => {
    const subnet = parseSubnet("10.201.16.0/20")
    expect([subnetContains(subnet, parseAddress("10.201.31.255") ?? 0), subnetContains(subnet, parseAddress("10.201.32.0") ?? 0)]).toEqual([
      true,
      false,
    ])
    expect([subnetsOverlap(subnet, parseSubnet("10.0.0.0/8")), subnetsOverlap(subnet, parseSubnet("10.201.32.0/20"))]).toEqual([
      true,
      false,
    ])
  })
})
