import type { HostSummary } from "@plimsoll/server/contract"
import { describe, expect, test } from "vitest"
import { arrangeHosts, containersOf, lacks } from "./hosts"

const counts = { created: 1, running: 2, paused: 0, hibernated: 0, restarting: 0, exited: 3, removing: 0, dead: 0 }
const host = (id: string, name: string): HostSummary => ({
  id,
  name,
  kind: id === "local" ? "embedded" : "docker",
  endpoint: null,
  status: "connected",
  reason: null,
  remedy: null,
  seenAt: 1,
  info: null,
  counts,
})

describe("hosts", () => {
  test("this machine stands first, the others by name as people count", () => {
    const { list, byId } = arrangeHosts([host("c", "node-10"), host("b", "node-2"), host("local", "zeta")])
    expect(list.map((each) => each.name)).toEqual(["zeta", "node-2", "node-10"])
    expect(byId.get("b")?.name).toBe("node-2")
  })

  test("two hosts of one name keep one order", () => {
    const order = (ids: string[]) => arrangeHosts(ids.map((id) => host(id, "same"))).list.map((each) => each.id)
    expect(order(["b", "a"])).toEqual(order(["a", "b"]))
  })

  test("a host that never answered lacks nothing that one could know of", () => {
    expect(lacks(host("a", "a"), "pause")).toBe(false)
    expect(lacks(undefined, "pause")).toBe(false)
  })

  test("all states count as containers there", () => expect(containersOf({ counts })).toEqual({ running: 2, total: 6 }))
})
