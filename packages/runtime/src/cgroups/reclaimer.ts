import { join } from "node:path"
import type { Clock } from "../kernel/clock.js"
import { readControlFile } from "../kernel/control-file.js"

/** Taking memory back from one group in one cgroup version. Paths are directories of the hierarchy. */
export interface Reclaimer {
  /** True: a limit is lowered for a moment. What a crash in that moment leaves is put back by setting the group's limits again. */
  readonly movesLimit: boolean
  /** All that is charged to the group now, in bytes. */
  charged(group: string): number
  /** Bytes that are guaranteed to it: what is left to it at least. */
  guaranteed(group: string): number
  /** Asks the kernel for about `bytes`. Resolving says nothing about how many it gave. */
  take(group: string, bytes: number): Promise<void>
}

export interface Reclaimed {
  beforeBytes: number
  afterBytes: number
}

/** Small, so that a container that is wanted meanwhile is let go soon, and a limit is lowered for a moment only. */
const CHUNK_BYTES = 16 * 2 ** 20
/**
 * Rounds in a row that gave next to nothing, after which it is over: what is left is in use, or there is no more swap. The kernel spares what was touched lately when it
 * first comes by, and takes it when it comes again.
 */
const VAIN_ROUNDS = { sparing: 2, thorough: 4 }
const PAGE_BYTES = 4096

/** Takes back up to `bytes` in chunks, until nothing more is to be had, what is left is guaranteed, or the signal aborts (which is no failure: it resolves with what was given). */
export async function reclaimMemory(options: {
  reclaimer: Reclaimer
  group: string
  bytes: number
  clock: Pick<Clock, "monotonic">
  deadlineMs: number
  /** Also what was used a moment ago: of a container that does not run. */
  thorough?: boolean
  signal?: AbortSignal
}): Promise<Reclaimed> {
  const { reclaimer, group, bytes, clock, signal } = options
  const beforeBytes = reclaimer.charged(group)
  const goal = Math.max(beforeBytes - bytes, reclaimer.guaranteed(group), 0)
  const deadline = clock.monotonic() + options.deadlineMs
  let charged = beforeBytes
  const patience = options.thorough === true ? VAIN_ROUNDS.thorough : VAIN_ROUNDS.sparing
  for (let vain = 0; vain < patience && charged - goal >= PAGE_BYTES && clock.monotonic() < deadline; ) {
    if (signal?.aborted === true) break
    const wanted = Math.min(CHUNK_BYTES, charged - goal)
    await reclaimer.take(group, wanted)
    const left = reclaimer.charged(group)
    const isVain = charged - left < wanted / 16
    charged = left
    vain = isVain ? vain + 1 : 0
    if (isVain) countAnew(group)
  }
  return { beforeBytes, afterBytes: charged }
}

/**
 * Reclaim decides by figures of up to two seconds ago whether it looks at what was touched lately; reading statistics makes them new
 * (mm/memcontrol.c, mem_cgroup_flush_stats_ratelimited).
 */
function countAnew(group: string): void {
  readControlFile(join(group, "memory.stat"))
}
