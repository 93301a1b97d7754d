import { describe, expect, it } from "vitest"
import { chooseSubnet } from "./choose-subnet.js"
import { formatSubnet, parseSubnet, subnetsOverlap } from "./ipv4.js"

describe("chooseSubnet", () => {
  it("keeps clear of every route of the host", () => {
    const taken = ["10.201.0.0/16", "10.202.0.0/15", "192.0.2.0/24"].map(parseSubnet)
    for (let preference = 0; preference < 100; preference++) {
      const chosen = chooseSubnet(taken, { preference, prefixLength: 20 })
      expect(chosen.prefixLength).toBe(20)
      for (const other of taken) expect(subnetsOverlap(chosen, other)).toBe(false)
    }
  })

  it("gives instances that start at once different ones", () => {
    expect(formatSubnet(chooseSubnet([], { preference: 1, prefixLength: 20 }))).not.toBe(
      formatSubnet(chooseSubnet([], { preference: 2, prefixLength: 20 })),
    )
  })

  it("goes to other private ranges when a VPN routes all of 10.0.0.0/8", () => {
    expect(formatSubnet(chooseSubnet([parseSubnet("10.0.0.0/8")], { preference: 0, prefixLength: 20 }))).toBe("172.30.0.0/20")
    expect(formatSubnet(chooseSubnet(["10.0.0.0/8", "172.16.0.0/12"].map(parseSubnet), { preference: 7, prefixLength: 20 }))).toBe(
      "192.168.208.0/20",
    )
  })

  it("says so when nothing is free", () => {
    expect(() =>
      chooseSubnet(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parseSubnet), { preference: 0, prefixLength: 20 }),
    ).toThrow(expect.objectContaining({ code: "address_exhausted" }))
  })
})
