import { rmdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { errnoOf } from "../errors.js"
import { readMounts } from "../kernel/mount-table.js"

/** Ids of the containers that the probe of the OCI runtimes makes begin so. */
export const PROBE_PREFIX = "probe-"

/** The cgroup of a probe's container. It stands beside the engine's own tree, which the sandbox driver does not know, and the OCI runtime makes it. */
export function probeGroup(id: string): string {
  return `/plimsoll-${id}`
}

/** Removes the cgroup of a probe's container from every hierarchy; no effect where it is not, or for another container's id. */
export async function removeProbeGroup(id: string): Promise<void> {
  if (!id.startsWith(PROBE_PREFIX)) return
  for (const mount of readMounts()) {
    if (mount.type === "cgroup" || mount.type === "cgroup2") await removeGroup(join(mount.target, probeGroup(id)))
  }
}

// A process that was killed leaves its group a moment later.
async function removeGroup(path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      rmdirSync(path)
      return
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return
      if (errnoOf(error) !== "EBUSY" || attempt === 100) throw error
      await sleep(10)
    }
  }
}
