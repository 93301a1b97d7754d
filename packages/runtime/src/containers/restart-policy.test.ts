import { describe, expect, it } from "vitest"
import { decideRestart, startsAfterReboot } from "./restart-policy.js"

const ended = { policy: { kind: "always" } as const, exitCode: 1, stopRequested: false, restartCount: 0, streak: 0, lifeMs: 50 }

describe("decideRestart", () => {
  it("doubles the pause from 100 ms up to 60 s", () => {
    const pauses: number[] = []
    for (let streak = 0; ; ) {
      const decision = decideRestart({ ...ended, streak })
      if (decision.kind === "stay") throw new Error("always restarts")
      pauses.push(decision.delayMs)
      if (decision.delayMs === 60_000) break
      streak = decision.streak
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000])
  })

  it("begins anew after ten seconds of life", () => {
    expect(decideRestart({ ...ended, streak: 9, lifeMs: 10_000 })).toEqual({ kind: "restart", delayMs: 100, streak: 1 })
    expect(decideRestart({ ...ended, streak: 9, lifeMs: 9_999 })).toMatchObject({ delayMs: 51_200 })
  })

  it("never overrules a stop by the user", () => {
    expect(decideRestart({ ...ended, stopRequested: true })).toEqual({ kind: "stay" })
  })

  it("on-failure: restarts failures up to its bound, and success never", () => {
    const policy = { kind: "on-failure", maximumRetries: 2 } as const
    expect(decideRestart({ ...ended, policy, restartCount: 1 }).kind).toBe("restart")
    expect(decideRestart({ ...ended, policy, restartCount: 2 }).kind).toBe("stay")
    expect(decideRestart({ ...ended, policy, exitCode: 0 }).kind).toBe("stay")
    expect(decideRestart({ ...ended, policy: { kind: "on-failure", maximumRetries: 0 }, restartCount: 1e6 }).kind).toBe("restart")
  })

  it("no: stays", () => {
    expect(decideRestart({ ...ended, policy: { kind: "no" } })).toEqual({ kind: "stay" })
  })
})

describe("startsAfterReboot", () => {
  it("tells always from unless-stopped by what the user had stopped", () => {
    const stopped = { stoppedByUser: true, exitCode: 0, restartCount: 0 }
    expect(startsAfterReboot({ kind: "always" }, stopped)).toBe(true)
    expect(startsAfterReboot({ kind: "unless-stopped" }, stopped)).toBe(false)
    expect(startsAfterReboot({ kind: "unless-stopped" }, { ...stopped, stoppedByUser: false })).toBe(true)
    expect(startsAfterReboot({ kind: "no" }, { ...stopped, stoppedByUser: false })).toBe(false)
  })
})
