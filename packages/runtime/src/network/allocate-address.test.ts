import { describe, expect, it } from "vitest"
import { allocateAddress } from "./allocate-address.js"
import type { NetworkDocument } from "./network-document.js"

function network(addresses: string[], lastAddress = "10.201.0.1"): NetworkDocument {
  return {
    version: 1,
    id: "id",
    name: "bridge",
    tenant: "operator",
    subnet: "10.201.0.0/29",
    gateway: "10.201.0.1",
    bridge: "pl",
    createdAt: 0,
    lastAddress,
    leases: Object.fromEntries(addresses.map((address, index) => [`c${index}`, { address, ports: [] }])),
    tenants: {},
  }
}

describe("allocateAddress", () => {
  it("goes round, so that an address rests before it is given out again", () => {
    expect(allocateAddress(network([]))).toBe("10.201.0.2")
    expect(allocateAddress(network([], "10.201.0.2"))).toBe("10.201.0.3")
    expect(allocateAddress(network([], "10.201.0.6"))).toBe("10.201.0.2")
  })

  it("gives every address but network, gateway and broadcast, then says that there is none", () => {
    const given: string[] = []
    for (let index = 0; index < 5; index++) given.push(allocateAddress(network(given, given.at(-1) ?? "10.201.0.1")))
    expect(given).toEqual(["10.201.0.2", "10.201.0.3", "10.201.0.4", "10.201.0.5", "10.201.0.6"])
    expect(() => allocateAddress(network(given))).toThrow(expect.objectContaining({ code: "address_exhausted" }))
  })

  it("gives the one that is asked for, if it is free and inside", () => {
    expect(allocateAddress(network([]), "10.201.0.5")).toBe("10.201.0.5")
    expect(() => allocateAddress(network(["10.201.0.5"]), "10.201.0.5")).toThrow(expect.objectContaining({ code: "conflict" }))
    for (const wanted of ["10.201.0.0", "10.201.0.1", "10.201.0.7", "10.202.0.2", "nonsense", "10.201.0.02"]) {
      expect(() => allocateAddress(network([]), wanted)).toThrow(expect.objectContaining({ code: "invalid_argument" }))
    }
  })
})
