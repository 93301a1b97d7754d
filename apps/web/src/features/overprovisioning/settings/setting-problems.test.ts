import { changeLadderSettingsInput, type LadderSettings, loadLineSettings } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { settingProblems } from "./setting-problems"

const each = (value: number | null) => ({ memory: value, cpu: value, disk: value, pids: value })
const line = { mode: "enforce", reserve: each(0), theta: each(0.9), fallbackRatio: each(2) }
const rung = (usedShare: number) => ({ mode: "act" as const, usedShare })
const ladder: LadderSettings = {
  mode: "act",
  rungs: { reclaim: rung(0.8), "stop-selling": rung(0.85), tighten: rung(0.88), nap: rung(0.91), hibernate: rung(0.94), stop: rung(0.97) },
  hysteresis: 0.03,
  pressureSomeAvg60: 5,
  pressureFullAvg10: 5,
  nap: { always: false, idleCores: 0.01, idleMs: 900_000 },
  hibernate: { idleMs: 3_600_000 },
  exemptTenants: [],
}

test("values that the server takes have no problem", () => {
  expect(settingProblems(loadLineSettings, line).size).toBe(0)
  expect(settingProblems(changeLadderSettingsInput, ladder).size).toBe(0)
})

test("a value out of range is told at its field with the bound; an empty one is missing", () => {
  const wrong = { ...line, theta: { ...each(0.9), memory: 1.5, disk: 0 }, reserve: { ...each(0), cpu: null } }
  expect(Object.fromEntries(settingProblems(loadLineSettings, wrong))).toEqual({
    "theta.memory": { kind: "atMost", bound: 1 },
    "theta.disk": { kind: "atLeast", bound: 0.05 },
    "reserve.cpu": { kind: "missing" },
  })
})

test("a rung with a lower threshold than the one below it is told at the higher one", () => {
  const wrong = { ...ladder, rungs: { ...ladder.rungs, tighten: rung(0.5) } }
  expect([...settingProblems(changeLadderSettingsInput, wrong)]).toEqual([["rungs.tighten.usedShare", { kind: "order" }]])
})

test("hibernation stands between naps and stopping, and its idle time has bounds", () => {
  const late = { ...ladder, rungs: { ...ladder.rungs, hibernate: rung(0.98) } }
  expect([...settingProblems(changeLadderSettingsInput, late)]).toEqual([["rungs.stop.usedShare", { kind: "order" }]])
  const early = { ...ladder, rungs: { ...ladder.rungs, hibernate: rung(0.9) } }
  expect([...settingProblems(changeLadderSettingsInput, early)]).toEqual([["rungs.hibernate.usedShare", { kind: "order" }]])
  expect([...settingProblems(changeLadderSettingsInput, { ...ladder, hibernate: { idleMs: 10 } })]).toEqual([
    ["hibernate.idleMs", { kind: "atLeast", bound: 1000 }],
  ])
})
