import { describe, expect, it } from "vitest"
import { otherInstancesPorts, parsePublished } from "./other-instances.js"

const json = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { map: { name: "published_any", elem: [[{ concat: ["tcp", 8080] }, { concat: ["10.201.0.2", 80] }]] } },
    { map: { name: "published_at", elem: [[{ concat: ["127.0.0.1", "udp", 5353] }, { concat: ["10.201.0.2", 53] }]] } },
    { map: { name: "empty" } },
  ],
})

describe("ports of other instances", () => {
  it("are read from their packet rules", () => {
    expect(parsePublished(json)).toEqual([
      { hostAddress: "0.0.0.0", protocol: "tcp", hostPort: 8080 },
      { hostAddress: "127.0.0.1", protocol: "udp", hostPort: 5353 },
    ])
  })

  it("cost nothing where there is no other instance", async () => {
    const spawn = () => Promise.reject(new Error("not to be started"))
    expect(await otherInstancesPorts({ own: "plimsoll", tables: ["plimsoll", "filter", "plimsoll-like", "firewalld"], spawn })).toEqual([])
  })
})
