import { existsSync } from "node:fs"
import { join } from "node:path"
import { EngineError, errnoOf } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import { writeControlFile } from "../kernel/control-file.js"
import { signalVerified } from "../kernel/pid-fd.js"
import { readProcFile } from "../kernel/process-stat.js"
import type { Freezer } from "./freezer.js"
import { pidsIn } from "./groups.js"
import { descendantGroups, type Hierarchy } from "./hierarchy.js"

/**
 * KILL to every process in the group and below, in rounds until it is empty in every hierarchy.
 *
 * v2 kills all at once (`cgroup.kill`, Linux 5.14). On v1 the group is frozen while signals go out, so that a fork bomb
 * cannot outrun them, and thawed so that they strike. Rejects with `deadline_exceeded` naming who is left.
 */
export async function killAll(options: {
  path: string
  hierarchies: readonly Hierarchy[]
  freezer: Freezer | undefined
  clock: Clock
  deadlineMs: number
}): Promise<void> {
  const { path, hierarchies, freezer, clock, deadlineMs } = options
  const deadline = clock.monotonic() + deadlineMs
  for (let pause = 0.25; ; pause = Math.min(pause * 2, 50)) {
    const pids = allPids(path, hierarchies)
    if (pids.length === 0) return
    if (clock.monotonic() > deadline) throw leftOver(path, pids, deadlineMs)
    unlessGone(() => killAtOnce(path, hierarchies))
    unlessGone(() => killOneByOne({ path, pids, hierarchies, freezer }))
    await clock.sleep(pause)
  }
}

/** Distinct pids of a group and what is below it, in all hierarchies. */
export function allPids(path: string, hierarchies: readonly Hierarchy[]): number[] {
  const pids = hierarchies.flatMap(({ mount }) => [join(mount, path), ...descendantGroups(join(mount, path))].flatMap(pidsIn))
  // 0: a process of another pid namespace, which cannot be named from here.
  return [...new Set(pids)].filter((pid) => pid !== 0).sort((a, b) => a - b)
}

const SIGKILL = 9

function killAtOnce(path: string, hierarchies: readonly Hierarchy[]): void {
  for (const { mount } of hierarchies) {
    const file = join(mount, path, "cgroup.kill")
    if (existsSync(file)) writeControlFile(file, "1")
  }
}

function killOneByOne(group: {
  path: string
  pids: readonly number[]
  hierarchies: readonly Hierarchy[]
  freezer: Freezer | undefined
}): void {
  const { path, pids, hierarchies, freezer } = group
  if (!diesAtOnce(path, hierarchies)) {
    const isMember = memberOf(path)
    freeze(freezer, path, hierarchies)
    for (const pid of new Set([...pids, ...allPids(path, hierarchies)])) signalVerified(pid, SIGKILL, isMember)
  }
  thaw(freezer, path, hierarchies)
}

// On a hybrid host a process may be in the v1 groups alone.
function diesAtOnce(path: string, hierarchies: readonly Hierarchy[]): boolean {
  return hierarchies.every(({ version, mount }) => version === 2 && existsSync(join(mount, path, "cgroup.kill")))
}

function freeze(freezer: Freezer | undefined, path: string, hierarchies: readonly Hierarchy[]): void {
  if (hierarchies.some(({ mount }) => existsSync(join(mount, path, "freezer.state")))) freezer?.request(path, true)
}

// A v1 group that stays frozen never dies; a v2 group dies frozen, but must not be left so for the next start.
function thaw(freezer: Freezer | undefined, path: string, hierarchies: readonly Hierarchy[]): void {
  if (hierarchies.some(({ mount }) => existsSync(join(mount, path))) && freezer?.requested(path) === true) freezer.request(path, false)
}

// A pid may be another process by now: its own group list tells.
function memberOf(path: string): (pid: number) => boolean {
  return (pid) =>
    (readProcFile(`/proc/${pid}/cgroup`) ?? "").split("\n").some((line) => {
      const own = line.slice(line.indexOf(":", line.indexOf(":") + 1) + 1)
      return own === path || own.startsWith(`${path}/`)
    })
}

// Somebody else may remove the group as soon as it is empty: an OCI runtime's delete does.
function unlessGone(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENODEV") throw error
  }
}

function leftOver(path: string, pids: readonly number[], deadlineMs: number): EngineError {
  return new EngineError("deadline_exceeded", {
    facts: { op: "kill", cgroup: path, pids: pids.slice(0, 20).map(String), deadlineMs },
    publicMessage: `${pids.length} processes of the container did not die within ${deadlineMs} ms: they wait in the kernel, often for a disk or a network file system.`,
  })
}
