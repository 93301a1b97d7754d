import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { handOutTestCriu } from "../criu/test-criu.mjs"
import { findProgram } from "./find-program.mjs"
import { missingTools, unavailableHere } from "./host-tools.mjs"
import { installPackages } from "./install-packages.mjs"
import { runCommand } from "./run-command.mjs"
import { say } from "./say.mjs"

/** Whose checks and figures let containers hibernate. */
const HIBERNATING = ["integration", "e2e", "bench", "software"]

/**
 * Brings the host to where containers can run: missing distribution packages and the hugetlb trap of hybrid cgroups. Says what it
 * does and why. With `change: false`, or without root, it only says what is missing and the command that mends it.
 * Never throws for something that cannot be mended: the console starts all the same and shows it. `purposes`: whose tools are needed,
 * as in `hostTools`. Resolves with what cannot be done for want of something else than those, each with the reason.
 */
export async function setUpHost({ change, purposes = ["engine"] }) {
  await installMissingTools({ change, purposes })
  await freeHugetlb(change)
  await favourQuickCgroups(change)
  const withoutCriu = purposes.some((purpose) => HIBERNATING.includes(purpose)) ? await handOutTestCriu({ change }) : undefined
  if (withoutCriu) say.warn(`Without CRIU no container hibernates: ${withoutCriu}`)
  return withoutCriu ? [`What needs CRIU: ${withoutCriu}`] : []
}

/** Installs what is missing of the tools that the purposes need, and says what and why. Resolves with the tools that are still missing. */
export async function installMissingTools({ change, purposes }) {
  const missing = missingTools(purposes)
  for (const tool of missing) say.step(`Missing: ${tool.package} – it ${tool.why}`)
  const hopeless = missing.filter((tool) => unavailableHere(tool))
  for (const tool of hopeless) say.warn(`${tool.package}: ${unavailableHere(tool)}`)
  const packages = missing.filter((tool) => !hopeless.includes(tool)).map((tool) => tool.package)
  if (packages.length === 0) return missing
  const command = `apt-get install -y ${packages.join(" ")}`
  if (!change) say.warn(`Left alone. As root: ${command}`)
  else if (!findProgram("apt-get"))
    say.warn(`This is not a Debian or Ubuntu: please install with its own package manager: ${packages.join(", ")}`)
  else {
    say.step(`Installing: ${command}`)
    reportInstall(packages, await installPackages(packages), missingTools(purposes))
  }
  return missingTools(purposes)
}

/** A package that could not be installed is worth a word only where its program is missing still: another may have brought it. */
function reportInstall(packages, failed, stillMissing) {
  const lost = stillMissing.filter((tool) => packages.includes(tool.package))
  const installed = packages.filter((name) => !failed.some((one) => one.package === name))
  if (installed.length > 0) say.done(`Installed ${installed.join(", ")}`)
  for (const tool of lost) {
    const reason = failed.find((one) => one.package === tool.package)?.reason ?? "the package brought no such program"
    say.warn(`${tool.package}, which ${tool.why}, could not be installed: ${reason}`)
  }
}

/**
 * crun refuses a hybrid hierarchy (v1 beside v2) whose v2 side holds a controller. On such hosts it is hugetlb that nobody
 * mounted: given a v1 hierarchy of its own it leaves the v2 side.
 */
async function freeHugetlb(change) {
  const controllersOnV2 = "/sys/fs/cgroup/unified/cgroup.controllers"
  if (!existsSync(controllersOnV2) || !readFileSync(controllersOnV2, "utf8").split(/\s+/).includes("hugetlb")) return
  const command = "mkdir -p /sys/fs/cgroup/hugetlb && mount -t cgroup -o hugetlb cgroup /sys/fs/cgroup/hugetlb"
  if (!change) return say.warn(`The cgroup v2 side of this host holds hugetlb, which crun refuses. As root: ${command}`)
  try {
    mkdirSync("/sys/fs/cgroup/hugetlb", { recursive: true })
  } catch (error) {
    return say.warn(`/sys/fs/cgroup/hugetlb cannot be made (${error.message}). As root: ${command}`)
  }
  const mounted = await runCommand("mount", ["-t", "cgroup", "-o", "hugetlb", "cgroup", "/sys/fs/cgroup/hugetlb"])
  if (mounted.code === 0) say.done("Mounted the hugetlb cgroup hierarchy: crun refuses hybrid hosts without it")
  else say.warn(`The hugetlb hierarchy could not be mounted (${mounted.output.trim()}). As root: ${command}`)
}

/**
 * Without `favordynmods` the first process to enter a new cgroup waits for an RCU grace period, about 13 ms of every start
 * (Linux ≥ 6.0, Documentation/admin-guide/cgroup-v2.rst). Older kernels refuse the option and stay as they are.
 */
async function favourQuickCgroups(change) {
  const [, path, , options] =
    readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "))
      .find(([, , type]) => type === "cgroup2") ?? []
  if (!change || !path || options.split(",").includes("favordynmods")) return
  const remounted = await runCommand("mount", ["-o", "remount,favordynmods", path])
  if (remounted.code === 0) say.done(`Mounted ${path} with favordynmods: containers start 13 ms sooner`)
}
