import type { Stats } from "node:fs"
import { setImmediate } from "node:timers/promises"
import type { FilesystemChange } from "../../engine.js"
import { displayName } from "../byte-path.js"

/** One difference between a writable layer and what is below it, in the order of a walk: a directory before what is in it. */
export type TreeChange =
  | { kind: "deleted"; path: string }
  | { kind: "added" | "modified"; path: string; source: Buffer; stats: Stats; opaque: boolean }

/** All changes as the engine reports them: absolute paths, text. Other work goes on meanwhile. */
export async function collectChanges(changes: Iterable<TreeChange>): Promise<FilesystemChange[]> {
  const collected: FilesystemChange[] = []
  for (const { path, kind } of changes) {
    if (collected.length % entriesPerTurn === entriesPerTurn - 1) await setImmediate()
    collected.push({ path: `/${displayName(path)}`, kind })
  }
  return collected.sort((a, b) => (a.path < b.path ? -1 : 1))
}

const entriesPerTurn = 1000
