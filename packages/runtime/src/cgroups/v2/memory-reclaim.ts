import { existsSync } from "node:fs"
import { join } from "node:path"
import { errnoOf } from "../../errors.js"
import { readControlFile } from "../../kernel/control-file.js"
import { writePooled } from "../apply-writes.js"
import type { Reclaimer } from "../reclaimer.js"

/** memory.reclaim (cgroup-v2.rst, Memory Interface Files; Linux 5.19); before it memory.high, lowered for a moment, whose writing reclaims and never kills. */
export function memoryReclaimV2(sample: string | undefined): Reclaimer {
  const movesLimit = sample !== undefined && !existsSync(join(sample, "memory.reclaim"))
  return { movesLimit, charged, guaranteed, take: movesLimit ? takeByHigh : takeByReclaim }
}

function charged(group: string): number {
  return Number(readControlFile(join(group, "memory.current")))
}

// The kernel keeps these from reclaim that comes from above, not from one that is aimed at the group itself.
function guaranteed(group: string): number {
  return Math.max(...["memory.min", "memory.low"].map((name) => bytesOf(readControlFile(join(group, name)))))
}

function bytesOf(text: string): number {
  return text === "max" ? Number.POSITIVE_INFINITY : Number(text)
}

async function takeByReclaim(group: string, bytes: number): Promise<void> {
  try {
    await writePooled(join(group, "memory.reclaim"), String(bytes))
  } catch (error) {
    // It gave less.
    if (errnoOf(error) !== "EAGAIN" && errnoOf(error) !== "EINTR") throw error
  }
}

async function takeByHigh(group: string, bytes: number): Promise<void> {
  const high = join(group, "memory.high")
  const before = readControlFile(high)
  try {
    await writePooled(high, `${Math.max(0, charged(group) - bytes)}\n`)
  } finally {
    await writePooled(high, `${before}\n`)
  }
}
