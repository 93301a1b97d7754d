import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { lastLines, runCommand } from "./run-command.mjs"

// A machine that has just been set up is often installing its own updates.
const WAIT_FOR_LOCK = ["-o", "DPkg::Lock::Timeout=180"]
const POLICY_TEXT = "#!/bin/sh\n# Plimsoll is installing packages: their services are not started.\nexit 101\n"

/**
 * Installs packages of Debian or Ubuntu, all at once or, where one of them is not to be had, each by itself. Resolves with what
 * could not be installed, `[{ package, reason }]`; never rejects for that. No service of theirs is started meanwhile.
 */
export async function installPackages(packages, { run = runCommand, policyPath = "/usr/sbin/policy-rc.d" } = {}) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  const aptGet = (...words) => run("apt-get", [...WAIT_FOR_LOCK, ...words], { env })
  const install = (names) => aptGet("install", "-y", "--no-install-recommends", "--", ...names)
  const startServices = keepServicesOff(policyPath)
  try {
    if ((await install(packages)).code === 0) return []
    await aptGet("update")
    if ((await install(packages)).code === 0) return []
    const failed = []
    for (const name of packages) {
      const { code, output } = await install([name])
      if (code !== 0) failed.push({ package: name, reason: lastLines(output, 3).join(" ") })
    }
    return failed
  } finally {
    startServices()
  }
}

/** Daemons that tests need they start themselves, with directories of their own. (invoke-rc.d(8)) A policy of the host's own is left alone. */
function keepServicesOff(policyPath) {
  const ours = () => readFileSync(policyPath, "utf8") === POLICY_TEXT
  if (existsSync(policyPath) && !ours()) return () => undefined
  writeFileSync(policyPath, POLICY_TEXT, { mode: 0o755 })
  return () => rmSync(policyPath)
}
