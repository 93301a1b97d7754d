import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { memoryReclaimV2 } from "./memory-reclaim.js"

let group: string
const write = (name: string, text: string): void => writeFileSync(join(group, name), text)
const read = (name: string): string => readFileSync(join(group, name), "utf8")
beforeEach(() => {
  group = mkdtempSync(join(tmpdir(), "plimsoll-group-"))
  write("memory.current", "104857600\n")
  write("memory.min", "1048576\n")
  write("memory.low", "4194304\n")
  write("memory.high", "max\n")
})
afterEach(() => rmSync(group, { recursive: true }))

it("what is guaranteed is the larger of minimum and low, or all of it", () => {
  write("memory.reclaim", "")
  expect(memoryReclaimV2(group).guaranteed(group)).toBe(4_194_304)
  write("memory.min", "max\n")
  expect(memoryReclaimV2(group).guaranteed(group)).toBe(Number.POSITIVE_INFINITY)
})

it("memory.reclaim is asked for the bytes, and no limit moves", async () => {
  write("memory.reclaim", "")
  const reclaimer = memoryReclaimV2(group)
  expect(reclaimer.movesLimit).toBe(false)
  await reclaimer.take(group, 16_777_216)
  expect(read("memory.reclaim")).toBe("16777216")
  expect(read("memory.high")).toBe("max\n")
})

it("before Linux 5.19 memory.high is lowered and put back, which is told", async () => {
  const reclaimer = memoryReclaimV2(group)
  expect(reclaimer.movesLimit).toBe(true)
  await reclaimer.take(group, 16_777_216)
  // Written over from the start: what remains of the longer first value shows that it was written.
  expect(read("memory.high")).toBe("max\n0384\n")
})
