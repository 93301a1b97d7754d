import { describe, expect, it } from "vitest"
import { stateOf } from "./container-state.js"

const started = "2024-01-01T00:00:00.5Z"
const finished = "2024-01-01T00:00:01Z"

describe("Docker's states have exactly the facts of ours", () => {
  it("one that never ran", () => {
    expect(stateOf({ Id: "x", State: { Status: "created", ExitCode: 0, Error: "", FinishedAt: "0001-01-01T00:00:00Z" } })).toEqual({
      status: "created",
    })
  })

  it("one whose start failed is ended and says why, though Docker calls it created", () => {
    expect(stateOf({ Id: "x", Created: finished, State: { Status: "created", ExitCode: 127, Error: "no such file" } })).toEqual({
      status: "exited",
      exitCode: 127,
      oomKilled: false,
      finishedAt: Date.parse(finished),
      error: "no such file",
    })
  })

  it("running and paused", () => {
    expect(stateOf({ Id: "x", State: { Status: "running", Pid: 7, StartedAt: started } })).toEqual({
      status: "running",
      pid: 7,
      startedAt: Date.parse(started),
    })
    expect(stateOf({ Id: "x", State: { Status: "paused", Pid: 7, StartedAt: started } }, 5)).toMatchObject({
      status: "paused",
      pausedAt: 5,
    })
  })

  it.each([
    [0, 100],
    [3, 800],
    [15, 60_000],
  ])("restarting for the %i. time says when it will be tried again", (RestartCount, delayMs) => {
    const state = stateOf({ Id: "x", RestartCount, State: { Status: "restarting", ExitCode: 1, StartedAt: started, FinishedAt: finished } })
    expect(state).toMatchObject({ status: "restarting", restartAt: Date.parse(finished) + delayMs })
  })
})
