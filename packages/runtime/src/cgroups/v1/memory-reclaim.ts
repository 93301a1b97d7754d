import { join } from "node:path"
import { readControlFile } from "../../kernel/control-file.js"
import { SystemCallError } from "../../kernel/system-call-error.js"
import type { Reclaimer } from "../reclaimer.js"
import { lowerForAMoment } from "./lower-for-a-moment.js"

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
    const errno = await lowerForAMoment(limit, String(lowered), before)
    // It could not free so much: what it could is free.
    if (errno !== 0 && errno !== EBUSY && errno !== EINTR) throw new SystemCallError("write", errno, limit)
  },
}

const EINTR = 4
const EBUSY = 16
