import { existsSync } from "node:fs"
import { release } from "node:os"
import { lastLines, runCommand } from "../lib/run-command.mjs"

/**
 * CRIU leaves a container's packet filter alone (`--network-lock skip`) from 3.19 on. Linux asks more of CRIU from 6.16 on: it refuses to tell SO_PASSCRED of internet sockets, which CRIU before 4.2 wants of each, and which `criu check`
 * does not try. (checkpoint-restore/criu issue 2705.) The engine judges the same way (embedded/probe-hibernation.ts).
 */
export function fitsKernel(criuVersion, kernel = release()) {
  return !isBefore(criuVersion, isBefore(kernel, [6, 16]) ? [3, 19] : [4, 2])
}

function isBefore(version, [major, minor]) {
  const [ownMajor = 0, ownMinor = 0] = version.split(/[^0-9]+/).map(Number)
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

/** Runs a CRIU: `{ version, problem }`, `problem` being why it does not work on this host, or undefined. Needs root. */
export async function tryCriu(path) {
  if (!path || !existsSync(path)) return { problem: "it is not there" }
  const { code, output } = await runCommand(path, ["--version"], { timeoutMs: 10_000 })
  const version = /^Version: (\S+)/m.exec(output)?.[1]
  if (code !== 0 || !version) return { problem: `it does not run (${lastLines(output, 1).join("") || `exit code ${code}`})` }
  if (!fitsKernel(version)) return { version, problem: `CRIU ${version} is too old for Linux ${release()}` }
  const check = await runCommand(path, ["check"], { timeoutMs: 20_000 })
  if (check.code === 0) return { version }
  return {
    version,
    problem: `CRIU ${version} does not work on this kernel (${lastLines(check.output, 1).join("") || `exit code ${check.code}`})`,
  }
}
