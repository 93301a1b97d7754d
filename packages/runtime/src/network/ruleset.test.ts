import { describe, expect, it } from "vitest"
import type { PublishedPort } from "../engine.js"
import { addElements, deleteElements, renderRuleset } from "./ruleset.js"

const any: PublishedPort = { containerPort: 80, protocol: "tcp", hostPort: 8080, hostAddress: "0.0.0.0" }
const loopback: PublishedPort = { containerPort: 53, protocol: "udp", hostPort: 5353, hostAddress: "127.0.0.1" }
const network = { bridge: "plabcdef", subnet: "10.201.0.0/20", gateway: "10.201.0.1", internal: false }
const link = { link: "plabcdef1", macAddress: "02:00:01:00:00:02", address: "10.201.0.2" }
const published = [any, loopback].map((port) => ({ address: "10.201.0.2", port }))

describe("the rules", () => {
  it("replace the table whole, in one transaction", () => {
    expect(renderRuleset({ table: "plimsoll", prefix: "plabcdef", networks: [], links: [], published: [], tenants: [] })).toMatch(
      /^table inet plimsoll\ndelete table inet plimsoll\ntable bridge plimsoll\ndelete table bridge plimsoll\n+table bridge plimsoll \{/,
    )
  })

  it("name no table but the instance's own", () => {
    const tables = renderRuleset({
      table: "plimsoll-123456",
      prefix: "pl123456",
      networks: [network],
      links: [link],
      published,
      tenants: [1],
    }).match(/\b(?:inet|bridge) plimsoll\S*/g)
    expect(new Set(tables)).toEqual(new Set(["inet plimsoll-123456", "bridge plimsoll-123456"]))
  })

  it("count connections before anything is accepted, where the kernel can", () => {
    const input = { table: "t", prefix: "pl", networks: [network], links: [], published: [], tenants: [] }
    expect(renderRuleset(input)).not.toContain("ct count")
    const counting = renderRuleset({ ...input, connectionsPerNetwork: 5000 })
    expect(counting.match(/iifname @bridges ct state new add @connections \{ iifname ct count over 5000 \} drop/g)).toHaveLength(2)
    expect(counting.indexOf("ct count over")).toBeLessThan(counting.indexOf("th dport 53 accept"))
    expect(counting.lastIndexOf("ct count over")).toBeLessThan(counting.indexOf("@inside accept"))
  })

  it("publish a port by one element", () => {
    expect(addElements({ table: "t", published })).toBe(
      "add element inet t published_any { tcp . 8080 : 10.201.0.2 . 80 }\nadd element inet t published_at { 127.0.0.1 . udp . 5353 : 10.201.0.2 . 53 }\n",
    )
    expect(deleteElements({ table: "t", published })).toBe(
      "delete element inet t published_any { tcp . 8080 }\ndelete element inet t published_at { 127.0.0.1 . udp . 5353 }\n",
    )
  })
})
