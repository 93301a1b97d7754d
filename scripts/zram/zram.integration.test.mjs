import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "vitest"

const script = fileURLToPath(new URL("../zram.mjs", import.meta.url))
const zram = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" })
  return { status, said: stdout + stderr }
}
const swaps = () => readFileSync("/proc/swaps", "utf8")
// Somebody's compressed swap is not touched; a kernel without zram has nothing to test.
const possible = existsSync("/sys/class/zram-control") && !swaps().includes("zram")

afterAll(() => possible && zram("--remove"))

it.skipIf(!possible)("compressed swap is set up once, shown, and taken off again, and the host is as before", () => {
  const before = swaps()
  const missing = zram("--size", "64M", "--algorithm", "no-such")
  expect([missing.status, swaps()]).toEqual([1, before])
  expect(missing.said).toContain("no-such")

  const made = zram("--size", "64M")
  expect(made, made.said).toMatchObject({ status: 0 })
  expect(made.said).toMatch(/is swap now: 64 MiB.*\n[\s\S]*gone after a reboot[\s\S]*zram-size = 64/)
  expect(swaps()).toMatch(/zram\d+\s+partition\s+65532\s+0\s+100/)

  expect(zram("--size", "64M")).toMatchObject({ status: 0, said: expect.stringContaining("Nothing was changed") })
  expect(zram("--size", "128M")).toMatchObject({ status: 1, said: expect.stringContaining("--remove") })
  expect(zram("--status").said).toMatch(/Plimsoll's\): 64 MiB/)
  expect(zram("--status", "--remove").status).toBe(1)

  expect(zram("--remove")).toMatchObject({ status: 0, said: expect.stringContaining("no swap any more") })
  expect(swaps()).toBe(before)
  expect(readFileSync("/sys/block/zram0/disksize", "utf8").trim()).toBe("0")
  expect(zram("--remove")).toMatchObject({ status: 0, said: expect.stringContaining("Nothing was changed") })
})
