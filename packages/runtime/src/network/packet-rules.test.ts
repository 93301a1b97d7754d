import { describe, expect, it } from "vitest"
import { EngineError } from "../errors.js"
import type { SpawnTool } from "../kernel/spawn-tool.js"
import { type AttachedTarget, type ChangeElements, PacketRules } from "./packet-rules.js"

const network = { bridge: "plabcdef", subnet: "10.201.0.0/20", gateway: "10.201.0.1", internal: false }
const bare: AttachedTarget = { links: [], address: "10.201.0.2", ports: [], tenantNumbers: [7] }
const link = { link: "plabcdef1", macAddress: "02:00:07:00:00:02", address: "10.201.0.2" }

function recorded(
  fails: (input: string) => boolean = () => false,
  more: { connectionsPerNetwork?: () => Promise<number>; onUncounted?: () => void } = {},
): { rules: PacketRules; batches: string[]; changes: string[] } {
  const batches: string[] = []
  const changes: string[] = []
  const changeElements: ChangeElements = async ({ add, remove }) => {
    changes.push(`+${add.length} -${remove.length}`)
  }
  let busy = false
  const spawn: SpawnTool = async (tool, args, options) => {
    expect([tool, args, busy]).toEqual(["nft", ["-f", "-"], false])
    busy = true
    await new Promise((resolve) => setImmediate(resolve))
    busy = false
    const input = typeof options?.input === "string" ? options.input : ""
    batches.push(input)
    if (fails(input)) throw new EngineError("network_failed")
    return { exitCode: 0, stdout: "", stdoutBytes: Buffer.alloc(0), stderr: "", truncated: false }
  }
  return {
    rules: new PacketRules({ table: "t", prefix: "plabcdef", networks: () => [network], changeElements, spawn, ...more }),
    batches,
    changes,
  }
}

function target(hostPort: number): AttachedTarget {
  return { ...bare, ports: [{ containerPort: 80, protocol: "tcp", hostPort, hostAddress: "0.0.0.0" }] }
}

describe("packet rules", () => {
  it("cost nothing for a container without ports, but for the first of its tenant", async () => {
    const { rules, batches } = recorded()
    for (const id of ["a", "b", "c"]) await rules.attach(id, bare)
    await rules.detach("a")
    expect(batches).toEqual([
      "add element bridge t neighbours { 02:00:07:00:00:00-02:00:07:ff:ff:ff . 02:00:07:00:00:00-02:00:07:ff:ff:ff }\n",
    ])
  })

  it("bind a container's links without a process, and only those that changed", async () => {
    const { rules, batches, changes } = recorded()
    await rules.attach("a", { ...bare, links: [link] })
    await rules.attach("a", { ...bare, links: [link, { ...link, link: "plabcdef2" }] })
    await rules.detach("a")
    expect([batches.length, changes]).toEqual([1, ["+1 -0", "+1 -0", "+0 -2"]])
  })

  it("are changed one transaction after the other", async () => {
    const { rules, batches } = recorded()
    await Promise.all([1, 2, 3].map((port) => rules.attach(`c${port}`, target(port))))
    expect(batches).toHaveLength(3)
  })

  it("are written anew, with what is published, when the kernel's differ", async () => {
    const { rules, batches } = recorded((input) => input.startsWith("add element"))
    await rules.attach("a", target(8080))
    expect(batches[1]).toMatch(/^table inet t\ndelete table/)
    expect(batches[1]).toContain("tcp . 8080 : 10.201.0.2 . 80")
  })

  it("do without counting connections on a kernel that cannot, and say so once", async () => {
    const said: string[] = []
    const counting = { connectionsPerNetwork: async () => 1000, onUncounted: () => void said.push("cannot count") }
    const { rules, batches } = recorded((input) => input.includes("ct count"), counting)
    await rules.apply()
    await rules.apply()
    expect(batches.map((input) => input.includes("ct count over 1000"))).toEqual([true, false, false])
    expect(said).toEqual(["cannot count"])
  })

  it("forget what could not be published", async () => {
    const { rules, batches } = recorded(() => true)
    await expect(rules.attach("a", target(8080))).rejects.toMatchObject({ code: "network_failed" })
    await expect(rules.apply()).rejects.toMatchObject({ code: "network_failed" })
    expect(batches.at(-1)).not.toContain("8080")
  })
})
