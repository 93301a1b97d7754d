import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { openDiskProbe } from "./disk-probe.js"

const directory = mkdtempSync("/var/tmp/plimsoll-test-")
const disk = join(directory, "disk")
afterEach(() => {
  execFileSync("umount", [disk])
  rmSync(directory, { recursive: true })
})

it("a file system that the kernel gave up takes no writes, whatever its mount options say, and a full one is none", async () => {
  execFileSync("truncate", ["-s", "32M", join(directory, "image")])
  execFileSync("mkfs.ext4", ["-q", "-m", "0", join(directory, "image")])
  mkdirSync(disk)
  execFileSync("mount", ["-o", "loop", join(directory, "image"), disk])
  const probe = openDiskProbe(disk)
  expect(await probe()).toBeNull()
  expect(() => execFileSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=64k"], { stdio: "pipe" })).toThrow("No space left")
  expect(await probe()).toBeNull()
  // As ext4 does by itself at an error of its journal (ext4(5), `abort`).
  execFileSync("mount", ["-o", "remount,abort", disk])
  expect(await probe()).toContain("read-only")
})
