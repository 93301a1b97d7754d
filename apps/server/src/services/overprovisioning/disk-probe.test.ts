import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, it, vi } from "vitest"
import { openDiskProbe } from "./disk-probe.js"

afterEach(() => vi.useRealTimers())

it("a disk that takes writes has nothing to say, and one without its directory says so", async () => {
  const directory = mkdtempSync(join(tmpdir(), "plimsoll-probe-"))
  const probe = openDiskProbe(directory)
  expect(await probe()).toBeNull()
  rmSync(directory, { recursive: true })
  expect(await probe()).toContain("ENOENT")
})

it.each([
  ["EROFS", "read-only"],
  ["EIO", "input/output error"],
])("%s is told in words", async (code, said) => {
  expect(await openDiskProbe("/data", () => Promise.reject(Object.assign(new Error("x"), { code })))()).toContain(said)
})

it("one that hangs is asked once, whoever wants to know, and again when it has answered", async () => {
  vi.useFakeTimers()
  const answers: (() => void)[] = []
  const probe = openDiskProbe("/data", () => new Promise((resolve) => answers.push(resolve)))
  const first = probe()
  await vi.advanceTimersByTimeAsync(5000)
  expect(await first).toBe("it has not answered for 5 s")
  const second = probe()
  await vi.advanceTimersByTimeAsync(0)
  expect(await second).toBe("it has not answered for 5 s")
  expect(answers).toHaveLength(1)
  answers[0]?.()
  await vi.advanceTimersByTimeAsync(0)
  const third = probe()
  answers[1]?.()
  expect(await third).toBeNull()
})
