import { lstatSync } from "node:fs"
import { bytePath } from "../byte-path.js"
import type { MergedNode, MergedView } from "../layers/merged-view.js"
import { isOpaque, isWhiteout } from "../overlay-marks.js"
import { type WalkedEntry, walkTree } from "../walk-tree.js"
import type { TreeChange } from "./tree-change.js"

/**
 * What an overlay's upper directory says against the layers below it. A directory that is only a parent of changes is
 * `modified`, as Docker has it. What an opaque directory hides is `deleted`, name by name.
 */
export function* upperChanges(upper: string, lower: MergedView): Generator<TreeChange, void, undefined> {
  /** Of each directory still to come: the one below that shows through it. */
  const merged = new Map<string, MergedNode>([["", lower.root]])
  for (const entry of walkTree(upper)) {
    const { parent, name } = splitPath(entry.path)
    const parentBelow = merged.get(parent)
    const below = parentBelow === undefined ? undefined : lower.child(parentBelow, name)
    if (isWhiteout(entry.stats)) {
      if (below !== undefined) yield { kind: "deleted", path: entry.path }
      continue
    }
    const opaque = entry.stats.isDirectory() && isOpaque(entry.source)
    yield { ...entry, kind: below === undefined ? "added" : "modified", opaque: opaque && below !== undefined }
    if (!entry.stats.isDirectory() || below === undefined) continue
    if (opaque) yield* hiddenIn(entry, { below, lower })
    else merged.set(entry.path, below)
  }
}

function* hiddenIn(entry: WalkedEntry, stack: { below: MergedNode; lower: MergedView }): Generator<TreeChange, void, undefined> {
  for (const name of stack.lower.names(stack.below)) {
    const above = lstatSync(bytePath(entry.source, name), { throwIfNoEntry: false })
    if (above === undefined || isWhiteout(above)) yield { kind: "deleted", path: `${entry.path}/${name}` }
  }
}

/** Directory and last part of a walked path. */
export function splitPath(path: string): { parent: string; name: string } {
  const cut = path.lastIndexOf("/")
  return { parent: path.slice(0, Math.max(0, cut)), name: path.slice(cut + 1) }
}
