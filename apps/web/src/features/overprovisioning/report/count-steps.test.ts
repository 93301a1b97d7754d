import { expect, test } from "vitest"
import { countIncidents, countSteps } from "./count-steps"

const step = (rung: string, result: string, bytes: Record<string, string> = {}) => ({
  action: result === "advised" ? "advise" : rung,
  attributes: { rung, result, why: "", ...bytes },
})

test("steps are counted by rung and result, and only what was done gave something back", () => {
  const counts = countSteps([
    step("reclaim", "done", { beforeBytes: "100", afterBytes: "40" }),
    step("reclaim", "done", { beforeBytes: "50", afterBytes: "70" }),
    step("nap", "advised", { beforeBytes: "100", afterBytes: "0" }),
    step("nap", "failed"),
    { action: "advise", attributes: { why: "a sale beyond the line" } },
  ])
  expect(counts.map(({ rung }) => rung)).toEqual(["reclaim", "stop-selling", "tighten", "nap", "hibernate", "stop"])
  expect(counts[0]).toEqual({ rung: "reclaim", done: 2, advised: 0, failed: 0, gaveBackBytes: 60 })
  expect(counts[3]).toEqual({ rung: "nap", done: 0, advised: 1, failed: 1, gaveBackBytes: 0 })
})

test("breaches that the next one tells of are counted", () =>
  expect(
    countIncidents([
      { action: "oom", attributes: {} },
      { action: "use", attributes: { passedOver: "3" } },
      { action: "use", attributes: {} },
    ]),
  ).toEqual([
    { kind: "use", count: 5 },
    { kind: "oom", count: 1 },
  ]))
