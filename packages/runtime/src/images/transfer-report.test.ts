import { expect, test } from "vitest"
import type { TransferProgress } from "../engine.js"
import { TransferReport } from "./transfer-report.js"

test("a change of state is told at once, bytes at most five times a second, sums always", () => {
  let now = 0
  const told: TransferProgress[] = []
  const report = new TransferReport(
    "app:1",
    (progress) => told.push(progress),
    () => now,
  )
  report.begin([
    { digest: "a", sizeBytes: 100 },
    { digest: "b", sizeBytes: 50 },
  ])
  report.update("a", { state: "transferring" })
  expect(told).toHaveLength(3)
  for (let doneBytes = 10; doneBytes <= 50; doneBytes += 10) report.update("a", { doneBytes })
  expect(told).toHaveLength(3)
  now = 200
  report.update("a", { doneBytes: 60 })
  expect(told.at(-1)).toMatchObject({ phase: "transferring", doneBytes: 60, sizeBytes: 150 })
  report.update("a", { state: "unpacking" })
  report.update("b", { state: "present" })
  report.update("unknown", { state: "done" })
  report.finish()
  expect(told).toHaveLength(7)
  expect(told.at(-1)).toEqual({
    reference: "app:1",
    phase: "finishing",
    layers: [
      { digest: "a", sizeBytes: 100, doneBytes: 100, state: "unpacking" },
      { digest: "b", sizeBytes: 50, doneBytes: 50, state: "present" },
    ],
    doneBytes: 150,
    sizeBytes: 150,
  })
})
