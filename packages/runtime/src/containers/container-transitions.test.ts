import { describe, expect, it } from "vitest"
import type { ContainerRecord, RunFacts } from "./container-record.js"
import {
  began,
  ended,
  execBegan,
  execEnded,
  healthChanged,
  napped,
  oomKilled,
  paused,
  restartCancelled,
  resumed,
  signalled,
  startFailed,
  stopRequested,
  woke,
} from "./container-transitions.js"
import { testRecord } from "./test-record.js"

const run: RunFacts = {
  pid: 100,
  pidStartTicks: 7,
  conmonPid: 99,
  bootId: "b",
  startedAt: 1000,
  stopRequested: false,
  oomKills: 0,
  user: { uid: 0, gid: 0, additionalGids: [], home: "/" },
}
const running = (change: Partial<ContainerRecord> = {}): ContainerRecord => ({
  ...testRecord(),
  state: { status: "running", run },
  ...change,
})
const always = { resolved: { ...testRecord().resolved, restartPolicy: { kind: "always" } as const } }
const end = (record: ContainerRecord, exitCode = 0, more: Partial<Parameters<typeof ended>[1]> = {}) =>
  ended(record, { run, exit: { exitCode, oomKilled: false, finishedAt: 5000 }, oomKills: 0, now: 5000, stopped: false, ...more })

describe("the container's state machine", () => {
  it("a start by the user counts restarts anew, one by the policy counts on", () => {
    const record = { ...testRecord(), restartCount: 3, restartStreak: 2 }
    expect(began(record, run, false).record).toMatchObject({ restartCount: 0, restartStreak: 0, state: { status: "running" } })
    expect(began(record, run, true).record).toMatchObject({ restartCount: 4, restartStreak: 2 })
  })

  it("an exit is recorded once: the second report of the same run changes nothing", () => {
    const first = end(running(), 3)
    expect(first?.record.state).toEqual({
      status: "exited",
      exitCode: 3,
      oomKilled: false,
      finishedAt: 5000,
      startedAt: 1000,
      stoppedByUser: false,
    })
    expect(first?.events).toEqual([{ action: "exit", attributes: { exitCode: "3" } }])
    expect(end(first?.record ?? testRecord())).toBeUndefined()
  })

  it("an exit of an earlier run does not end the present one", () => {
    expect(
      ended(running({ state: { status: "running", run: { ...run, pidStartTicks: 8 } } }), {
        run,
        exit: { exitCode: 0, oomKilled: false, finishedAt: 1 },
        oomKills: 0,
        now: 1,
        stopped: false,
      }),
    ).toBeUndefined()
  })

  it("waits by its policy, unless a stop was asked for", () => {
    expect(end(running(always))?.record.state).toMatchObject({ status: "restarting", restartAt: 5100 })
    const asked = stopRequested(running(always))?.record ?? testRecord()
    expect(end(asked, 143, { stopped: true })).toMatchObject({
      record: { state: { status: "exited", stoppedByUser: true } },
      events: [{ action: "exit" }, { action: "stop" }],
    })
  })

  it("a kill with TERM to a program that ignores it does not stop the restart policy later", () => {
    const harmless = signalled(running(always), { signal: "SIGHUP", deadly: false })?.record ?? testRecord()
    expect(end(harmless)?.record.state.status).toBe("restarting")
    const deadly = signalled(running(always), { signal: "SIGKILL", deadly: true })?.record ?? testRecord()
    expect(end(deadly)?.record.state.status).toBe("exited")
  })

  it("reports each OOM kill once, whether it ends the run or not", () => {
    const noted = oomKilled(running(), 2)
    expect(noted?.events).toEqual([{ action: "oom", attributes: { kills: "2" } }])
    expect(oomKilled(noted?.record ?? testRecord(), 2)).toBeUndefined()
    expect(end(noted?.record ?? testRecord(), 137, { oomKills: 2 })?.events.map(({ action }) => action)).toEqual(["exit"])
    expect(end(noted?.record ?? testRecord(), 137, { oomKills: 3 })?.events[0]).toEqual({ action: "oom", attributes: { kills: "1" } })
  })

  it("ends the execs with the run, each with its event", () => {
    const withExec = execBegan(running(), "e1", { command: ["sh"], startedAt: 1 }).record
    const over = end(withExec, 9)
    expect(over?.events).toEqual([
      { action: "exec-exit", attributes: { execId: "e1", exitCode: "9" } },
      { action: "exit", attributes: { exitCode: "9" } },
    ])
    expect(over?.record.execs.e1?.exitCode).toBe(9)
    expect(execEnded(over?.record ?? testRecord(), "e1", 0)).toBeUndefined()
  })

  it("remembers a bounded number of execs, and every running one", () => {
    let record = running()
    for (let index = 0; index < 100; index++) {
      record = execBegan(record, `e${index}`, { command: ["x"], startedAt: index }).record
      if (index > 0) record = execEnded(record, `e${index}`, 0)?.record ?? record
    }
    expect(Object.keys(record.execs).length).toBeLessThan(20)
    expect(record.execs.e0?.exitCode).toBeUndefined()
  })

  it("pauses and resumes only from the states that allow it", () => {
    const frozen = paused(running(), 7)
    expect(frozen?.record.state).toMatchObject({ status: "paused", pausedAt: 7 })
    expect(paused(frozen?.record ?? testRecord(), 8)).toBeUndefined()
    expect(resumed(frozen?.record ?? testRecord())?.record.state.status).toBe("running")
    expect(resumed(running())).toBeUndefined()
    expect(end(frozen?.record ?? testRecord(), 137)?.record.state.status).toBe("exited")
  })

  it("a failed start tells why; by the policy it is tried again, up to its bound", () => {
    const failure = { exitCode: 127, error: "no such program", now: 50 }
    expect(startFailed(testRecord(), { ...failure, byPolicy: false })?.record.state).toEqual({
      status: "exited",
      exitCode: 127,
      oomKilled: false,
      finishedAt: 50,
      error: "no such program",
      stoppedByUser: false,
    })
    const bounded = { resolved: { ...testRecord().resolved, restartPolicy: { kind: "on-failure", maximumRetries: 2 } as const } }
    const waiting = end(running(bounded), 1)?.record ?? testRecord()
    const second = startFailed(waiting, { ...failure, byPolicy: true })
    expect(second?.record).toMatchObject({ restartCount: 1, state: { status: "restarting" } })
    expect(startFailed(second?.record ?? testRecord(), { ...failure, byPolicy: true })?.record.state.status).toBe("exited")
  })

  it("a stop while the policy waits calls it off", () => {
    const waiting = end(running(always))?.record ?? testRecord()
    expect(restartCancelled(waiting)).toMatchObject({
      record: { state: { status: "exited", stoppedByUser: true } },
      events: [{ action: "stop" }],
    })
    expect(restartCancelled(running())).toBeUndefined()
  })

  it("a health event is a change of status, not each probe", () => {
    const first = healthChanged(running(), { status: "healthy", log: [] })
    expect(first?.events).toHaveLength(1)
    expect(healthChanged(first?.record ?? testRecord(), { status: "healthy", log: [] })?.events).toHaveLength(0)
  })
})

describe("naps in the state machine", () => {
  const nap = { since: 4000, beforeBytes: 100, afterBytes: 10 }
  const asleep = (): ContainerRecord => napped(running(), { nap, tookMs: 12.34 })?.record ?? running()

  it("only one that runs falls asleep, and the event says what it gave", () => {
    expect(napped(running(), { nap, tookMs: 12.34 })).toMatchObject({
      record: { state: { status: "paused", pausedAt: 4000, nap } },
      events: [{ action: "nap", attributes: { beforeBytes: "100", afterBytes: "10", tookMs: "12.3" } }],
    })
    expect(napped(testRecord(), { nap, tookMs: 1 })).toBeUndefined()
    expect(napped(asleep(), { nap, tookMs: 1 })).toBeUndefined()
  })

  it("only one that naps wakes; one that was paused by hand does not", () => {
    const options = { cause: "packet" as const, sleptMs: 5000, wakeMs: 0.94 }
    expect(woke(asleep(), options)).toMatchObject({
      record: { state: { status: "running", run } },
      events: [{ action: "wake", attributes: { cause: "packet", sleptMs: "5000", wakeMs: "0.9" } }],
    })
    expect(woke(running(), options)).toBeUndefined()
    const byHand = paused(asleep(), 6000)
    expect(byHand).toMatchObject({ events: [{ action: "pause" }] })
    expect(byHand?.record.state).toEqual({ status: "paused", run, pausedAt: 4000 })
    expect(woke(byHand?.record ?? asleep(), options)).toBeUndefined()
  })

  it("the end of its run ends the nap", () => {
    const after = end(asleep())?.record
    expect(after?.state).not.toHaveProperty("nap")
    expect(after?.state.status).toBe("exited")
  })
})
