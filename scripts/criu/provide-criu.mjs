import { findProgram } from "../lib/find-program.mjs"
import { installPackages } from "../lib/install-packages.mjs"
import { runCommand } from "../lib/run-command.mjs"
import { say } from "../lib/say.mjs"
import { criuIn, installCriu, refuseForeign } from "./install-criu.mjs"
import { keyringIsThere } from "./private-apt.mjs"
import { fitsKernel, tryCriu } from "./try-criu.mjs"

/** That have newer ones than the host's own distribution may have, the steadier one first. */
const SUITES = ["testing", "sid"]
const ENOUGH = "CRIU 4.2 or newer"

/** One that works here already: the host's, or the one in `prefix`. `{ path, version }` or undefined. */
export async function workingCriu(prefix) {
  for (const path of [findProgram("criu"), criuIn(prefix)]) {
    const { version, problem } = await tryCriu(path)
    if (!problem) return { path, version }
  }
  return undefined
}

/**
 * Sees to a CRIU that works on this host: one that is there, the distribution's, or one in a directory of its own (`installCriu`). With `suite` only the latter, of that
 * suite of Debian. Says what it does. Resolves with `{ path, version, made }`, `made` being `nothing`, `package` or `prefix`; throws with the reason. Needs root.
 */
export async function provideCriu({ prefix, suite, mirror = process.env.PLIMSOLL_DEBIAN_MIRROR }) {
  const there = suite ? undefined : await workingCriu(prefix)
  if (there) return { ...there, made: "nothing" }
  if (!findProgram("apt-get")) throw new Error(`This is not a Debian or Ubuntu: please install ${ENOUGH} with its own package manager.`)
  const packaged = suite ? undefined : await installPackage()
  if (packaged) return { ...packaged, made: "package" }
  refuseForeign(prefix)
  await seeToKeyring()
  const reasons = []
  for (const from of suite ? [suite] : SUITES) {
    say.step(`Downloading CRIU and its libraries from Debian ${from} into ${prefix}; nothing else on the host changes`)
    try {
      return { ...(await installCriu({ prefix, suite: from, mirror })), made: "prefix" }
    } catch (error) {
      reasons.push(error.message)
    }
  }
  throw new Error(reasons.join(" "))
}

/** The distribution's own, where it is new enough for this kernel. */
async function installPackage() {
  const { output } = await runCommand("apt-cache", ["policy", "criu"], { env: { ...process.env, LC_ALL: "C" } })
  const candidate = candidateVersion(output)
  if (!candidate || !fitsKernel(candidate)) return undefined
  say.step("Installing: apt-get install -y criu")
  const [failed] = await installPackages(["criu"])
  const path = findProgram("criu")
  const { version, problem } = failed ? { problem: failed.reason } : await tryCriu(path)
  if (!problem) return { path, version }
  say.warn(`The distribution's CRIU is of no use here: ${problem}`)
  return undefined
}

/** Of `apt-cache policy`, without an epoch. */
export function candidateVersion(policy) {
  return /^ {2}Candidate: (?:\d+:)?(\d[^\s-]*)/m.exec(policy)?.[1]
}

/** What the downloads are verified with. Ubuntu has it as a package too. */
async function seeToKeyring() {
  if (keyringIsThere()) return
  say.step("Installing: apt-get install -y debian-archive-keyring, whose keys verify what is downloaded")
  const [failed] = await installPackages(["debian-archive-keyring"])
  if (!keyringIsThere())
    throw new Error(`The keys of the Debian archive are missing: ${failed?.reason ?? "debian-archive-keyring brought none"}`)
}
