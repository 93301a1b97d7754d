import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { dataDevice } from "./data-device.js"

let directory: string
let sys: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-device-"))
  sys = join(directory, "sys")
  mkdirSync(join(sys, "dev/block"), { recursive: true })
  mkdirSync(join(sys, "devices/vda/vda1"), { recursive: true })
  writeFileSync(join(sys, "devices/vda/dev"), "253:16\n")
})
afterEach(() => rmSync(directory, { recursive: true }))

/** As /sys/dev/block has it: the number of the directory's own device, which leads to `target`. */
function link(target: string): string {
  const { dev } = statSync(directory, { bigint: true })
  const name = `${((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n)}:${(dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)}`
  symlinkSync(join(sys, target), join(sys, "dev/block", name))
  return name
}

describe("the disk whose rates are limited", () => {
  it("is the whole disk of a partition", () => {
    link("devices/vda/vda1")
    writeFileSync(join(sys, "devices/vda/vda1/partition"), "1\n")
    expect(dataDevice(directory, sys)).toBe("253:16")
  })

  it("is the disk itself where it has no partitions", () => {
    const name = link("devices/vda")
    expect(dataDevice(directory, sys)).toBe(name)
  })

  it("is none where the directory is on no disk", () => {
    expect(dataDevice(directory, sys)).toBeUndefined()
  })
})
