import { spawn } from "node:child_process"
import { once } from "node:events"
import { afterEach, describe, expect, it } from "vitest"
import { readProcessStat } from "../kernel/process-stat.js"
import type { RunFacts } from "./container-record.js"
import { type RunExit, RunWatch, UNKNOWN_EXIT_CODE } from "./run-watch.js"

const report = { warn: () => undefined, error: () => undefined }
let now = 0
const clock = {
  now: () => now,
  monotonic: () => now,
  sleep: (_: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
}

class Exits {
  readonly files = new Map<string, RunExit>()
  listener: (id: string, exit: RunExit) => void = () => undefined
  readonly exitOf = async (id: string) => this.files.get(id)
  readonly onExit = (listener: (id: string, exit: RunExit) => void) => {
    this.listener = listener
    return () => undefined
  }
  write(id: string, exitCode: number): void {
    this.files.set(id, { exitCode, finishedAt: 5 })
    this.listener(id, { exitCode, finishedAt: 5 })
  }
}

let watch: RunWatch
afterEach(() => watch.close())

function setUp() {
  const exits = new Exits()
  const ended: string[] = []
  const others: string[] = []
  watch = new RunWatch({ clock, sandbox: exits, report, onRunEnd: (id) => ended.push(id), onOtherExit: (id) => others.push(id) })
  return { exits, ended, others }
}

function facts(pid: number): RunFacts {
  const startTicks = readProcessStat(pid)?.startTicks ?? 0
  return {
    pid,
    pidStartTicks: startTicks,
    conmonPid: 1,
    bootId: "b",
    startedAt: 0,
    stopRequested: false,
    oomKills: 0,
    user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
  }
}

describe("RunWatch", () => {
  it("reports an exit once, however often its file is seen", async () => {
    const { exits, ended } = setUp()
    watch.expect("c")
    exits.write("c", 3)
    exits.write("c", 3)
    await watch.confirm("c", facts(process.pid))
    expect(ended).toEqual(["c"])
    expect(watch.exitOf("c")).toMatchObject({ exitCode: 3 })
    await expect(watch.exited("c")).resolves.toMatchObject({ exitCode: 3 })
  })

  it("finds an exit that was written while nobody watched", async () => {
    const { exits, ended } = setUp()
    exits.files.set("c", { exitCode: 9, finishedAt: 1 })
    await watch.confirm("c", facts(process.pid))
    expect(ended).toEqual(["c"])
  })

  it("never gives an earlier run's exit for the next one", () => {
    const { exits } = setUp()
    watch.expect("c")
    exits.write("c", 137)
    watch.expect("c")
    expect(watch.exitOf("c")).toBeUndefined()
  })

  it("passes on exits of what is no watched run", () => {
    const { exits, others } = setUp()
    exits.write("exec", 0)
    expect(others).toEqual(["exec"])
  })

  it("tells that a process is gone whose conmon was killed, after giving conmon its time", async () => {
    const { ended } = setUp()
    const child = spawn("sleep", ["1000"])
    const run = facts(child.pid ?? 0)
    await watch.confirm("c", run)
    await watch.check()
    expect(ended).toEqual([])
    child.kill("SIGKILL")
    await once(child, "exit")
    await watch.check()
    expect(ended).toEqual([])
    now += 2000
    await watch.check()
    expect(ended).toEqual(["c"])
    expect(watch.exitOf("c")?.exitCode).toBe(UNKNOWN_EXIT_CODE)
  })

  it("sees that a pid is used by another process within five looks, and that it is free at the next", async () => {
    const { ended } = setUp()
    const child = spawn("sleep", ["100"])
    await once(child, "spawn")
    const run = facts(child.pid ?? 0)
    await watch.confirm("c", run)
    for (let look = 0; look < 3; look++) await watch.check()
    await watch.confirm("c", { ...run, pidStartTicks: run.pidStartTicks + 1 })
    now = 1000
    for (let look = 0; look < 5; look++) await watch.check()
    now = 4000
    await watch.check()
    expect(ended).toEqual(["c"])
    const other = facts(child.pid ?? 0)
    await watch.confirm("d", other)
    await watch.check()
    const exited = once(child, "exit")
    child.kill("SIGKILL")
    await exited
    await watch.check()
    now = 8000
    await watch.check()
    expect(ended).toEqual(["c", "d"])
  })

  it("takes a reused pid for what it is", async () => {
    const { ended } = setUp()
    await watch.confirm("c", { ...facts(process.pid), pidStartTicks: 1 })
    await watch.check()
    now += 2000
    await watch.check()
    expect(ended).toEqual(["c"])
  })
})
