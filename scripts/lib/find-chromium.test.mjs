import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { findChromium } from "./find-chromium.mjs"

let directory
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-chromium-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const program = (...parts) => {
  const path = join(directory, ...parts)
  mkdirSync(join(path, ".."), { recursive: true })
  writeFileSync(path, "#!/bin/sh\n", { mode: 0o755 })
  return path
}

it("takes the browser that PLIMSOLL_CHROMIUM names by its path, and no other in its place", () => {
  const browser = program("opt/browser")
  expect(findChromium({ PLIMSOLL_CHROMIUM: browser, PATH: directory })).toBe(browser)
  expect(findChromium({ PLIMSOLL_CHROMIUM: join(directory, "gone"), PATH: directory })).toBeUndefined()
})

it("takes the one in the path", () => {
  const browser = program("bin/chromium")
  expect(findChromium({ PATH: join(directory, "bin") })).toBe(browser)
})

it("passes a snap over, which cannot see the tests' temporary files", () => {
  program("usr/bin/snap")
  mkdirSync(join(directory, "bin"))
  symlinkSync(join(directory, "usr/bin/snap"), join(directory, "bin/chromium"))
  expect(findChromium({ PATH: join(directory, "bin") })).not.toBe(join(directory, "bin/chromium"))
})
