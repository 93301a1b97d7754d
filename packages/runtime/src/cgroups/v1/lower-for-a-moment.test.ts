import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { lowerForAMoment } from "./lower-for-a-moment.js"

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-limit-"))
})
afterAll(() => rmSync(directory, { recursive: true }))

it("the old value is written right behind the lower one, however many are at it", async () => {
  const paths = Array.from({ length: 20 }, (_, index) => join(directory, `limit-${index}`))
  for (const path of paths) writeFileSync(path, "")
  expect(await Promise.all(paths.map((path, index) => lowerForAMoment(path, `${index};`, "before")))).toEqual(paths.map(() => 0))
  expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(paths.map((_, index) => `${index};before`))
})

it("what the kernel says of the lower value is told, what it says of the old one is an error", async () => {
  expect(await lowerForAMoment(join(directory, "gone"), "1", "2")).toBe(2)
  // /dev/full takes nothing: ENOSPC.
  await expect(lowerForAMoment("/dev/full", "1", "2")).rejects.toMatchObject({ code: "ENOSPC" })
})
