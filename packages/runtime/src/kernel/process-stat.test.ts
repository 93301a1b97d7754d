import { spawn } from "node:child_process"
import { once } from "node:events"
import { describe, expect, it } from "vitest"
import { parseMounts } from "./mount-table.js"
import {
  isSameProcessAlive,
  parseProcessStat,
  readProcessArguments,
  readProcessStat,
  readProcessStatus,
  signalProcess,
} from "./process-stat.js"

describe("process stat", () => {
  it("a command that holds parentheses and spaces does not shift the fields", () => {
    const stat = parseProcessStat("42 (a) R 1 (b) S 7 42 42 0 -1 4194304 100 0 0 0 12 34 0 0 20 0 3 0 98765 1000 55 18446744073709551615\n")
    expect(stat).toEqual({
      pid: 42,
      command: "a) R 1 (b",
      state: "S",
      parentPid: 7,
      userTicks: 12,
      systemTicks: 34,
      threads: 3,
      startTicks: 98765,
      processGroup: 42,
      residentPages: 55,
    })
  })

  it("a process with another start time is never signalled", async () => {
    const child = spawn("sleep", ["1000"])
    const pid = child.pid ?? 0
    const { startTicks } = readProcessStat(pid) ?? { startTicks: -1 }
    expect(signalProcess(pid, startTicks - 1, "SIGKILL")).toBe(false)
    expect(isSameProcessAlive(pid, startTicks - 1)).toBe(false)
    expect(isSameProcessAlive(pid, startTicks)).toBe(true)
    expect(signalProcess(pid, startTicks, "SIGKILL")).toBe(true)
    await once(child, "close")
    expect(signalProcess(pid, startTicks, "SIGKILL")).toBe(false)
    expect(readProcessStat(pid)).toBeUndefined()
    expect(readProcessStatus(pid)).toBeUndefined()
    expect(readProcessArguments(pid)).toBeUndefined()
  })
})

describe("mount table", () => {
  it("reads optional fields and octal escapes", () => {
    const [entry] = parseMounts("36 35 98:0 /mnt1 /with\\040space rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n")
    expect(entry).toEqual({
      mountId: 36,
      parentId: 35,
      device: "98:0",
      root: "/mnt1",
      target: "/with space",
      options: ["rw", "noatime"],
      type: "ext3",
      source: "/dev/root",
      superOptions: ["rw", "errors=continue"],
    })
  })
})
