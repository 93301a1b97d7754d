import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { msUntilFull } from "./container-logs.js"
import { rotateLog } from "./rotate-log.js"

const MEBIBYTE = 2 ** 20
const bounds = { maxBytes: 16 * MEBIBYTE, maxFiles: 4 }

describe("the next look at a log's size", () => {
  const after = (size: number, { from = 0, ms = 100 } = {}) => msUntilFull({ bounds, sizeBytes: from, lookedAt: 1000 }, size, 1000 + ms)

  it("is twice a second for logs that grow slowly or not", () => {
    expect(after(0, { ms: 500 })).toBe(500)
    expect(after(1000, { ms: 400 })).toBe(500)
    expect(after(5 * MEBIBYTE, { from: 5 * MEBIBYTE, ms: 300 })).toBe(500)
  })

  it("comes back to that by doubling, so that a pause in a flood is not taken for its end", () => {
    expect(after(0, { ms: 20 })).toBe(40)
    expect(after(1000, { ms: 100 })).toBe(200)
  })

  it("is when the file will be full for one that is flooded, and never without a pause", () => {
    expect(after(8 * MEBIBYTE)).toBeCloseTo(100)
    expect(after(15 * MEBIBYTE, { from: 5 * MEBIBYTE })).toBe(20)
    expect(after(20 * MEBIBYTE, { ms: 20 })).toBe(20)
  })

  it("counts a file that was begun anew as written since the last look", () => {
    expect(after(8 * MEBIBYTE, { from: 16 * MEBIBYTE })).toBeCloseTo(100)
  })
})

describe("rotation", () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-log-"))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it("drops old files that are larger than all may be together, and keeps the youngest", async () => {
    for (const size of [50, 40, 3, 3]) {
      writeFileSync(join(directory, "current"), "x".repeat(size))
      await rotateLog({ directory, maxBytes: 10, maxFiles: 4, reopen: async () => writeFileSync(join(directory, "current"), "") })
    }
    expect(readdirSync(directory).sort()).toEqual(["current", "current.1", "current.2"])
  })
})
