import type { Stats } from "node:fs"
import { setImmediate } from "node:timers/promises"
import { EngineError, errnoOf } from "../errors.js"
import { spawnTool } from "../kernel/spawn-tool.js"
import { walkTree } from "./walk-tree.js"

/** Bytes of disk that what is in a directory takes, hard links once. Rejects with `not_found`. Other work goes on meanwhile. */
export async function treeUsage(directory: string): Promise<number> {
  try {
    return await sumOfBlocks(directory)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") throw new EngineError("not_found", { facts: { directory }, cause: error })
    if (errnoOf(error) !== "ENAMETOOLONG") throw error
    return usageByTool(directory)
  }
}

const entriesPerTurn = 2000
const blockBytes = 512

async function sumOfBlocks(directory: string): Promise<number> {
  const linked = new Set<string>()
  let total = 0
  let entries = 0
  for (const { stats } of walkTree(directory)) {
    if (++entries % entriesPerTurn === 0) await setImmediate()
    if (!isCounted(stats, linked)) total += stats.blocks * blockBytes
  }
  return total
}

function isCounted(stats: Stats, linked: Set<string>): boolean {
  if (stats.nlink < 2 || stats.isDirectory()) return false
  const key = `${stats.dev}:${stats.ino}`
  if (linked.has(key)) return true
  linked.add(key)
  return false
}

// Paths longer than the kernel takes (a container can make them): du walks by descriptor.
async function usageByTool(directory: string): Promise<number> {
  const { stdout } = await spawnTool("du", ["--summarize", "--block-size=1", "--one-file-system", "--", directory], { timeoutMs: 0 })
  return Number(stdout.split("\t", 1)[0])
}
