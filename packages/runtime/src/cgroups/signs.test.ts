import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type HeldLookout, SHARED_MS, Signs } from "./signs.js"
import { StatFile } from "./stat-file.js"

let mount: string
let now: number
let signs: Signs
const held: HeldLookout[] = []

beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), "plimsoll-test-"))
  mkdirSync(join(mount, "top/acme/one"), { recursive: true })
  now = 0
  signs = new Signs({ now: () => now, readVmstat: () => undefined })
})

afterEach(() => {
  for (const { release } of held.splice(0)) release()
  rmSync(mount, { recursive: true })
})

function watch(container: string): HeldLookout {
  const one = signs.above({ mount, group: join(mount, "top/acme", container), name: "figure", figure: (text) => text })
  held.push(one)
  return one
}

/** A second later. */
function isDue({ lookout }: HeldLookout, { whole = false, later = 1000 } = {}): boolean {
  now += later
  signs.begin()
  return lookout.isDue(whole)
}

function count(group: string, figure: string): void {
  writeFileSync(join(mount, group, "figure"), figure)
}

describe("a counter below others", () => {
  it("need not be read while any of them stands still, and must be when all moved", () => {
    const [one] = [watch("one"), watch("two")]
    count("top", "5")
    count("top/acme", "5")
    expect(isDue(one)).toBe(true)
    expect(isDue(one)).toBe(false)
    count("top", "6")
    expect(isDue(one)).toBe(false)
    count("top/acme", "6")
    expect(isDue(one)).toBe(true)
    expect(isDue(one)).toBe(false)
  })

  it("is due for each of those that watch", () => {
    const [one, two] = [watch("one"), watch("two")]
    count("top", "5")
    count("top/acme", "5")
    for (const each of [one, two]) while (isDue(each)) now++
    count("top", "6")
    count("top/acme", "6")
    expect(isDue(one)).toBe(true)
    expect(isDue(two, { later: 0 })).toBe(true)
    expect(isDue(one)).toBe(false)
    expect(isDue(two, { later: 0 })).toBe(false)
  })

  it("is due when a figure moved within the time that one reading is used for, as soon as that is over", () => {
    const [one] = [watch("one"), watch("two")]
    count("top", "5")
    count("top/acme", "5")
    while (isDue(one)) now++
    count("top", "6")
    count("top/acme", "6")
    expect(isDue(one, { later: SHARED_MS - 1 })).toBe(false)
    expect(isDue(one, { later: 1 })).toBe(true)
  })

  it("is due each time while it cannot be told: no such file, a text that is cut off, one group alone", () => {
    const one = watch("one")
    count("top", "5")
    count("top/acme", "5")
    for (let round = 0; round < 3; round++) expect(isDue(one)).toBe(true)
    watch("two")
    while (isDue(one)) now++
    count("top", "5".repeat(StatFile.MAXIMUM_BYTES))
    count("top/acme", "5".repeat(StatFile.MAXIMUM_BYTES))
    for (let round = 0; round < 3; round++) expect(isDue(one)).toBe(true)
    const away = signs.above({ mount, group: join(mount, "top/acme/one"), name: "missing", figure: (text) => text })
    held.push(away, signs.above({ mount, group: join(mount, "top/acme/two"), name: "missing", figure: (text) => text }))
    for (let round = 0; round < 3; round++) expect(isDue(away)).toBe(true)
  })

  it("is due when all is asked for, and then not again", () => {
    const [one] = [watch("one"), watch("two")]
    count("top", "5")
    count("top/acme", "5")
    while (isDue(one)) now++
    expect(isDue(one, { whole: true })).toBe(true)
    // Nobody had looked at the signs in that moment.
    expect(isDue(one)).toBe(true)
    expect(isDue(one)).toBe(false)
  })

  it("without a group above is always due", () => {
    const top = signs.above({ mount, group: join(mount, "top"), name: "figure", figure: (text) => text })
    held.push(top)
    for (let round = 0; round < 3; round++) expect(isDue(top)).toBe(true)
  })
})

it("a kernel that does not count OOM kills leaves them due each time", () => {
  const lookout = signs.oomKills()
  for (let round = 0; round < 3; round++) expect(isDue({ lookout, release: () => undefined })).toBe(true)
})
