import { detectCgroups } from "../cgroups/detect.js"
import { openCgroupDriver } from "../cgroups/open-cgroup-driver.js"
import type { Pressure } from "../engine.js"
import { instanceName } from "../spec/instance-name.js"

/** What all containers of one instance together may take of this machine's memory, and do. */
export interface InstanceMemory {
  limitBytes: number
  /** Resident and not simply to be dropped: anon, shmem and unreclaimable kernel memory, without what lies in swap. */
  usedBytes: number
  /** Absent: the kernel does not tell it of this group. */
  pressure?: Pressure
  /** How often its containers came against that limit, and not against one of their own; a counter. Absent: the kernel does not tell. */
  limitHits?: number
}

/**
 * Opens a reader of the memory of the instance's top control group. It answers `null` while that has no limit, or is not there: then the instance may take the whole machine. Needs no engine and
 * no root's rights. Reading is a few system calls.
 */
export function openInstanceMemory({ root }: { root: string }): () => InstanceMemory | null {
  const layout = detectCgroups()
  if (layout.version === "none") return () => null
  const driver = openCgroupDriver({ rootName: instanceName(root), layout })
  return () => {
    const sample = driver.sampleAll()
    if (sample?.memory.maxBytes === undefined) return null
    const { memory, pressure, limitHits } = sample
    return {
      limitBytes: sample.memory.maxBytes,
      usedBytes: memory.usedBytes - memory.swapBytes,
      ...(pressure?.memory !== undefined && { pressure: pressure.memory }),
      ...(limitHits !== undefined && { limitHits }),
    }
  }
}

/**
 * Limits the memory of all containers of the instance together, from now until the machine reboots or the instance is purged; `null` lifts the limit. An engine may be open on the root or not. Rejects with
 * `kernel_feature_missing` without cgroups, `limit_below_usage` when the containers have more and it cannot be taken back.
 */
export async function limitInstanceMemory({ root, maxBytes }: { root: string; maxBytes: number | null }): Promise<void> {
  await openCgroupDriver({ rootName: instanceName(root) }).limitAll({ memoryMaxBytes: maxBytes })
}
