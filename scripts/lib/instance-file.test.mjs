import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { endProcesses, readInstance, writeInstance } from "./instance-file.mjs"

describe("instance file", () => {
  let directory
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-instance-"))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it("finds a process of an earlier start and ends it", async () => {
    const child = spawn("sleep", ["60"])
    const exited = once(child, "exit")
    writeInstance(directory, { url: "http://here", processes: { server: child.pid } })
    const found = readInstance(directory)
    expect(found).toMatchObject({ url: "http://here", processes: [{ name: "server", pid: child.pid }] })
    await endProcesses(found.processes)
    expect((await exited)[1]).toBe("SIGTERM")
    expect(readInstance(directory).processes).toEqual([])
  })

  it("waits until one that does not listen to TERM is really gone, so that its socket and locks are free", async () => {
    const child = spawn("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"])
    await once(child.stdout, "data")
    writeInstance(directory, { url: "http://here", processes: { server: child.pid } })
    await endProcesses(readInstance(directory).processes, 100)
    expect(readInstance(directory).processes).toEqual([])
  })

  it("never takes a process that got the pid of one of ours for ours", () => {
    writeInstance(directory, { url: "http://here", processes: { server: process.pid } })
    const path = join(directory, "instance.json")
    const noted = JSON.parse(readFileSync(path, "utf8"))
    noted.processes[0].startTicks = "1"
    writeFileSync(path, JSON.stringify(noted))
    expect(readInstance(directory).processes).toEqual([])
  })

  it("knows nothing where nothing was started", () => {
    expect(readInstance(directory)).toEqual({ processes: [] })
  })
})
