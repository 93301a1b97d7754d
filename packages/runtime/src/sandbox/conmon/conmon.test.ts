import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { errnoOf, isEngineError } from "../../errors.js"
import { readProcessStat } from "../../kernel/process-stat.js"
import { parseIdMap } from "../namespace-report.js"
import { conmonAbove } from "./conmon-process.js"
import { resizeTerminal } from "./control-fifo.js"
import { readExitFile, watchExitFiles } from "./exit-files.js"
import { parseSyncMessage } from "./sync-pipe.js"

const directory = mkdtempSync(join(tmpdir(), "plimsoll-conmon-"))
afterAll(() => rmSync(directory, { recursive: true }))

test.each([
  ['{"data": 1234}', { data: 1234, message: undefined }],
  ['{"data": -1, "message": "no such \\"file\\""}', { data: -1, message: 'no such "file"' }],
  ["[conmon:e]: something failed", undefined],
  ["{ not json", undefined],
  ['{"pid": 3}', undefined],
  ["null", undefined],
])("conmon's line %s", (line, message) => expect(parseSyncMessage(line)).toEqual(message))

test("who adopts an orphan is never taken for its conmon", async () => {
  const child = spawn("sleep", ["1000"])
  const pid = child.pid ?? 0
  expect(readProcessStat(pid)?.parentPid).toBe(process.pid)
  expect(conmonAbove(pid, directory)).toBeUndefined()
  child.kill("SIGKILL")
  await once(child, "exit")
  expect(conmonAbove(pid, directory)).toBeUndefined()
})

test("an exit file that is not written yet, or not a number, is no exit", () => {
  expect(readExitFile(join(directory, "absent"))).toBeUndefined()
  writeFileSync(join(directory, "empty"), "")
  expect(readExitFile(join(directory, "empty"))).toBeUndefined()
})

test("an exit is told once; one of the same name is told again after the first was forgotten; temporary names never", async () => {
  const told: string[] = []
  let wake = (): void => undefined
  const stop = watchExitFiles(join(directory, "exits"), (name, { exitCode }) => {
    told.push(`${name}=${exitCode}`)
    wake()
  })
  const record = async (name: string, code: number): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      wake = resolve
    })
    const temporary = join(directory, "exits", `${name}.A1b2C3`)
    writeFileSync(temporary, String(code))
    renameSync(temporary, join(directory, "exits", name))
    await heard
  }
  await record("one", 1)
  unlinkSync(join(directory, "exits", "one"))
  await record("one", 2)
  await record("two", 3)
  stop()
  expect(told).toEqual(["one=1", "one=2", "two=3"])
})

test("id maps are read as the kernel pads them", () => {
  expect(parseIdMap("         0     100000      65536\n         5          7          1\n")).toEqual([
    { insideId: 0, outsideId: 100_000, count: 65_536 },
    { insideId: 5, outsideId: 7, count: 1 },
  ])
  expect(parseIdMap("")).toEqual([])
})

test("a conmon that ends between the opening of its fifo and the write to it is gone, not broken", async () => {
  execFileSync("mkfifo", [join(directory, "ctl")])
  // Opens and closes it without end: each of our opens may find a reader that is away before the write.
  const reader = spawn("sh", ["-c", 'while :; do : <"$0"; done', join(directory, "ctl")], { stdio: "ignore" })
  const told = new Set<string | undefined>()
  try {
    for (const until = performance.now() + 5000; !told.has("EPIPE") && performance.now() < until; ) {
      try {
        resizeTerminal(directory, { columns: 80, rows: 24 })
      } catch (error) {
        if (!isEngineError(error, "conflict")) throw error
        told.add(errnoOf(error.cause))
      }
    }
  } finally {
    reader.kill("SIGKILL")
    await once(reader, "exit")
  }
  expect(told).toContain("EPIPE")
})
