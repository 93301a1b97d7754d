import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { KeptProcess } from "./kept-process.mjs"

describe("a kept process", () => {
  let directory
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-kept-"))
    vi.spyOn(console, "log").mockImplementation(() => undefined)
    vi.spyOn(console, "error").mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(directory, { recursive: true })
  })

  const keep = (script, more = {}) =>
    new KeptProcess({
      name: "server",
      command: "sh",
      args: ["-c", script],
      env: process.env,
      logPath: join(directory, "server.log"),
      ...more,
    })

  it("comes back after a crash, which is reported with its last log lines", async () => {
    const pids = []
    const twice = new Promise((resolve) => {
      const kept = keep("echo the disk is on fire; exec sleep 60", {
        onStarted: ({ pid }) => {
          pids.push(pid)
          if (pids.length === 2) resolve(kept)
        },
      }).start()
      kept.markUp()
      void vi.waitFor(() => expect(kept.lastLog()).toContain("the disk is on fire")).then(() => process.kill(pids[0], "SIGKILL"))
    })
    const kept = await twice
    expect(pids[1]).not.toBe(pids[0])
    expect(console.error.mock.calls.flat().join("\n")).toContain("The server was killed by SIGKILL")
    expect(console.log.mock.calls.flat().join("\n")).toContain("the disk is on fire")
    await kept.stop(1000)
  })

  it("is not tried again when it ends before it was up: a wrong setting is said once", async () => {
    const starts = []
    const reason = await new Promise((onGivenUp) => {
      keep("echo the setting is wrong; exit 1", { onStarted: ({ pid }) => starts.push(pid), onGivenUp }).start()
    })
    expect(reason).toContain("The server could not start")
    expect(starts).toHaveLength(1)
    expect(console.log.mock.calls.flat().join("\n")).toContain("the setting is wrong")
  })

  it("says that the disk is full where the process could not even write why it ended", async () => {
    const reasonWith = (freeBytes) =>
      new Promise((onGivenUp) => {
        keep("exit 1", { onGivenUp, freeBytes: () => freeBytes }).start()
      })
    expect(await reasonWith(0)).toContain(`the disk that holds ${directory} is full. Free some space`)
    expect(await reasonWith(1e9)).toContain("it said nothing in")
  })

  it("shows what it wrote itself, not what an earlier one did", async () => {
    const first = keep("echo long ago; exec sleep 60").start()
    await vi.waitFor(() => expect(first.lastLog()).toEqual(["long ago"]))
    await first.stop(5000)
    const second = keep("echo now; exec sleep 60").start()
    await vi.waitFor(() => expect(second.lastLog()).toEqual(["now"]))
    await second.stop(5000)
  })

  it("ends with TERM, and with KILL when that is not enough", async () => {
    const polite = keep("exec sleep 60").start()
    await polite.stop(5000)
    expect(await polite.exited).toBe("was killed by SIGTERM")
    const deaf = keep("trap '' TERM; echo deaf; while :; do sleep 0.05; done").start()
    await vi.waitFor(() => expect(deaf.lastLog()).toContain("deaf"))
    await deaf.stop(100)
    expect(await deaf.exited).toBe("was killed by SIGKILL")
  })

  it("says so when the program cannot be started", async () => {
    const kept = new KeptProcess({
      name: "web",
      command: "/nonexistent/node",
      args: [],
      env: {},
      logPath: join(directory, "web.log"),
    }).start()
    expect(await kept.exited).toContain("could not be started")
    await kept.stop(0)
  })
})
