import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { listProcesses, userNames } from "./top.js"

describe("listProcesses", () => {
  it("tells of living processes and leaves out those that are gone", async () => {
    const child = spawn("sleep", ["1000"])
    try {
      const before = Date.now()
      const processes = await listProcesses({ pids: [2 ** 22 + 1, child.pid ?? 0], passwd: "root:x:0:0::/:/bin/sh\n", idRange: undefined })
      expect(processes).toHaveLength(1)
      const shown = processes[0]
      expect(shown).toMatchObject({
        pid: child.pid,
        containerPid: child.pid,
        parentPid: process.pid,
        uid: process.getuid?.() ?? 0,
        threads: 1,
      })
      expect(Math.abs((shown?.startedAt ?? 0) - before)).toBeLessThan(5000)
    } finally {
      child.kill("SIGKILL")
    }
  })
})

describe("userNames", () => {
  it("takes the first name of an id and passes over what is no entry", () => {
    expect([...userNames("root:x:0:0::/:/bin/sh\n\ntoor:x:0:0::/:\nbad\nx:y:z\nweb:x:33:33::/:")]).toEqual([
      [0, "root"],
      [33, "web"],
    ])
  })
})
