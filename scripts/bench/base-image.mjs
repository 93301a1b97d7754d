import { spawn } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findProgram } from "../lib/find-program.mjs"

/** A running tar that writes the root file system all engines are given: static busybox and its usual names. */
export function baseImageTar() {
  const root = mkdtempSync(join(tmpdir(), "plimsoll-bench-image-"))
  for (const directory of ["bin", "tmp", "etc", "proc", "sys", "dev"]) mkdirSync(join(root, directory))
  cpSync(findProgram("busybox"), join(root, "bin/busybox"))
  for (const name of ["sh", "true", "sleep", "cat"]) symlinkSync("busybox", join(root, "bin", name))
  const tar = spawn("tar", ["-C", root, "-c", "."], { stdio: ["ignore", "pipe", "inherit"] })
  tar.once("close", () => rmSync(root, { recursive: true }))
  return tar
}
