import { existsSync, mkdirSync, rmdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { errnoOf } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import { readControlFile, writeControlFile } from "../kernel/control-file.js"
import { toEngineError } from "../kernel/system-call-error.js"
import type { Controller } from "./controller.js"
import { descendantGroups, type Hierarchy } from "./hierarchy.js"

/** Making and removing one group in all hierarchies. */
export interface Groups {
  /** Makes the group (its parent exists) everywhere; what is there already stays. Undone when a hierarchy refuses. `cgroup_failed`. */
  make(path: string): void
  /** Lets children of the group have controllers (v2). Idempotent. */
  handDown(path: string): void
  /** True when it exists in a hierarchy. */
  exists(path: string): boolean
  /** Removes it with all that is below. Processes that are on their way out are waited for; `cgroup_failed` when one stays. Absent: no effect. */
  remove(path: string): Promise<void>
  /** Removes the group alone, where nothing is in it. False when something is. */
  removeIfEmpty(path: string): boolean
}

export function openGroups(options: { hierarchies: readonly Hierarchy[]; controllers: readonly Controller[]; clock: Clock }): Groups {
  const { hierarchies, controllers, clock } = options
  const unified = hierarchies.find((hierarchy) => hierarchy.version === 2)
  const wanted = controllers.filter(({ hierarchy }) => hierarchy === unified).map(({ name }) => name)

  const directories = (path: string): string[] => hierarchies.map(({ mount }) => join(mount, path))

  return {
    make: (path) => {
      const made: string[] = []
      try {
        for (const directory of directories(path)) if (makeOne(directory)) made.push(directory)
        for (const { hierarchy, initialise } of controllers) initialise?.(join(hierarchy.mount, path))
      } catch (error) {
        for (const directory of made) removeOne(directory)
        throw toEngineError(
          error,
          "cgroup_failed",
          { op: "create", cgroup: path },
          `The cgroup ${path} could not be made (${errnoOf(error) ?? "unknown error"}).`,
        )
      }
    },
    handDown: (path) => {
      if (unified === undefined || wanted.length === 0) return
      const file = join(unified.mount, path, "cgroup.subtree_control")
      const enabled = new Set(readControlFile(file).split(" "))
      for (const name of wanted) if (!enabled.has(name)) enable(file, name)
    },
    exists: (path) => directories(path).some((directory) => existsSync(directory)),
    remove: async (path) => {
      for (const directory of directories(path)) {
        for (const group of [...descendantGroups(directory), directory]) await removePatiently(group, clock)
      }
    },
    removeIfEmpty: (path) => directories(path).map(removeOne).every(Boolean),
  }
}

const dyingMs = 2000

// The last process is gone from cgroup.procs a moment before the kernel lets go of the group.
async function removePatiently(directory: string, clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + dyingMs
  for (let pause = 0.5; !removeOne(directory); pause = Math.min(pause * 2, 50)) {
    if (clock.monotonic() > deadline) {
      throw toEngineError(
        new Error("busy"),
        "cgroup_failed",
        { op: "remove", cgroup: directory, pids: pidsIn(directory).map(String) },
        `The cgroup ${directory} cannot be removed: processes are still in it.`,
      )
    }
    await clock.sleep(pause)
  }
}

/** Pids directly in a group; empty when it is gone, or threaded: then the group above has them (cgroup-v2.rst, Threads). */
export function pidsIn(directory: string): number[] {
  try {
    return readControlFile(join(directory, "cgroup.procs"), 1 << 22)
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [Number(line)]))
  } catch (error) {
    if (withoutPids.has(errnoOf(error) ?? "")) return []
    throw error
  }
}

const withoutPids = new Set(["ENOENT", "ENODEV", "EOPNOTSUPP", "ENOTSUP"])

function makeOne(directory: string): boolean {
  try {
    mkdirSync(directory, 0o755)
    return true
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false
    throw error
  }
}

// True: it is not there any more.
function removeOne(directory: string): boolean {
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === "ENOENT") return true
    if (errno === "EBUSY" || errno === "ENOTEMPTY") return false
    throw error
  }
}

// One at a time: the kernel refuses the whole line when one of them cannot be had.
function enable(file: string, controller: string): void {
  try {
    writeControlFile(file, `+${controller}`)
  } catch (error) {
    const errno = errnoOf(error)
    const why = errno === "EBUSY" ? "processes are directly in this group; move them into a group below it" : `the kernel answers ${errno}`
    throw toEngineError(
      error,
      "cgroup_failed",
      { op: "enable controller", controller, cgroup: dirname(file) },
      `The controller ${controller} cannot be handed down from ${dirname(file)}: ${why}.`,
    )
  }
}
