import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { findBlockingFirewall } from "./foreign-firewall.js"

const dockerChains = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { chain: { family: "ip", table: "filter", name: "FORWARD", hook: "forward", prio: 0, policy: "drop" } },
    { chain: { family: "ip", table: "filter", name: "DOCKER-USER" } },
    { chain: { family: "ip", table: "filter", name: "INPUT", hook: "input", policy: "drop" } },
    { chain: { family: "inet", table: "plimsoll", name: "forward", hook: "forward", policy: "accept" } },
    { chain: { family: "bridge", table: "x", name: "f", hook: "forward", policy: "drop" } },
  ],
})

function host(outputs: Record<string, string>): SpawnTool {
  return async (tool, args) => {
    const stdout = outputs[[tool, ...args].join(" ")]
    if (stdout === undefined) throw new EngineError("tool_missing")
    return { exitCode: 0, stdout, stdoutBytes: Buffer.from(stdout), stderr: "", truncated: false }
  }
}

const find = (outputs: Record<string, string>, legacy = "") =>
  findBlockingFirewall({ spawn: host(outputs), prefix: "plabcdef", legacyTables: () => legacy })

describe("findBlockingFirewall", () => {
  it("finds Docker's policy and names the chain that Docker leaves to others", async () => {
    const blocking = await find({
      "nft -j list chains": dockerChains,
      "nft list table ip filter": "table ip filter {\n chain DOCKER-USER {\n }\n}",
    })
    expect(blocking).toEqual({
      chain: "chain FORWARD of table ip filter",
      remedy: "iptables -I DOCKER-USER -i plabcdef+ -j ACCEPT; iptables -I DOCKER-USER -o plabcdef+ -j ACCEPT",
    })
  })

  it("is content once there is a rule about the bridges", async () => {
    expect(
      await find({ "nft -j list chains": dockerChains, "nft list table ip filter": 'iifname "plabcdef*" counter accept' }),
    ).toBeUndefined()
  })

  it("gives a remedy without Docker too", async () => {
    const blocking = await find({ "nft -j list chains": dockerChains, "nft list table ip filter": "" })
    expect(blocking?.remedy).toBe(
      'nft insert rule ip filter FORWARD iifname "plabcdef*" accept; nft insert rule ip filter FORWARD oifname "plabcdef*" accept',
    )
  })

  it("sees the older iptables interface", async () => {
    const chains = JSON.stringify({ nftables: [] })
    expect(
      await find({ "nft -j list chains": chains, "iptables-legacy -S": "-P FORWARD DROP\n-N DOCKER-USER\n" }, "filter\n"),
    ).toMatchObject({ chain: "chain FORWARD of iptables-legacy" })
    expect(
      await find(
        { "nft -j list chains": chains, "iptables-legacy -S": "-P FORWARD DROP\n-A DOCKER-USER -i plabcdef+ -j ACCEPT\n" },
        "filter\n",
      ),
    ).toBeUndefined()
    expect(await find({ "nft -j list chains": chains, "iptables-legacy -S": "-P FORWARD ACCEPT\n" }, "filter\n")).toBeUndefined()
  })

  it("is silent where the tools are missing", async () => {
    expect(await find({}, "filter\n")).toBeUndefined()
  })
})
