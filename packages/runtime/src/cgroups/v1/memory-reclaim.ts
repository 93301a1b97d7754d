import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import { readControlFile } from "../../kernel/control-file.js"
import { writePooled } from "../apply-writes.js"
import type { Reclaimer } from "../reclaimer.js"

/**
 * On cgroup v1 the kernel reclaims as far as it must for a lower limit to fit, and sets the limit only then (memory.rst, 2.5; EBUSY when it cannot). So the limit is
 * lowered by what is wanted, and put back at once. memory.memsw.limit_in_bytes stays: it counts memory and swap as one sum, which reclaim does not change.
 */
export const memoryReclaimV1: Reclaimer = {
  movesLimit: true,
  charged: (group) => Number(readControlFile(join(group, "memory.usage_in_bytes"))),
  // v1 guarantees nothing to a group.
  guaranteed: () => 0,
  take: async (group, bytes) => {
    const limit = join(group, "memory.limit_in_bytes")
    const before = readControlFile(limit)
    const lowered = Math.max(0, memoryReclaimV1.charged(group) - bytes)
    if (lowered >= Number(before)) return
    try {
      await writePooled(limit, `${lowered}\n`)
    } catch (error) {
      // It could not free so much: what it could is free.
      if (errnoOf(error) !== "EBUSY" && errnoOf(error) !== "EINTR") throw error
    } finally {
      await writePooled(limit, `${before}\n`)
    }
  },
}
