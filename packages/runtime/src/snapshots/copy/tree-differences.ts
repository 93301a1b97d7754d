import { lstatSync, readlinkSync, type Stats } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { bytePath } from "../byte-path.js"
import { attributesOf, imageAttributes } from "../changes/export-tree.js"
import type { TreeChange } from "../changes/tree-change.js"
import { splitPath } from "../changes/upper-changes.js"
import type { MergedNode, MergedView } from "../layers/merged-view.js"
import { type WalkedEntry, walkTree } from "../walk-tree.js"

/** Turns owners on disk into the image's. */
export type OwnerOf = (id: number, kind: "uid" | "gid") => number

/**
 * What a copied tree has changed against the layers it was copied from: a file is changed when its kind, mode, owner, size,
 * time, link target or attributes differ. A directory comes before what is in it, also when it is itself unchanged but what is in it is not.
 */
export function* treeDifferences(tree: string, lower: MergedView, ownerOf: OwnerOf): Generator<TreeChange, void, undefined> {
  const merged = new Map<string, MergedNode>([["", lower.root]])
  yield* deletedIn({ directory: Buffer.from(tree), prefix: "" }, { node: lower.root, lower })
  for (const entry of walkTree(tree)) {
    const { parent, name } = splitPath(entry.path)
    const parentBelow = merged.get(parent)
    const below = parentBelow === undefined ? undefined : lower.child(parentBelow, name)
    if (below === undefined) yield { ...entry, kind: "added", opaque: false }
    else if (!isSame(entry, below, ownerOf)) yield { ...entry, kind: "modified", opaque: false }
    if (!entry.stats.isDirectory() || below?.stats.isDirectory() !== true) continue
    merged.set(entry.path, below)
    yield* deletedIn({ directory: entry.source, prefix: `${entry.path}/` }, { node: below, lower })
  }
}

function* deletedIn(
  place: { directory: Buffer; prefix: string },
  stack: { node: MergedNode; lower: MergedView },
): Generator<TreeChange, void, undefined> {
  for (const name of stack.lower.names(stack.node)) {
    if (lstatSync(bytePath(place.directory, name), { throwIfNoEntry: false }) === undefined)
      yield { kind: "deleted", path: place.prefix + name }
  }
}

function isSame(entry: WalkedEntry, below: MergedNode, ownerOf: OwnerOf): boolean {
  const now = entry.stats
  const before = below.stats
  if (now.mode !== before.mode || ownerOf(now.uid, "uid") !== before.uid || ownerOf(now.gid, "gid") !== before.gid) return false
  // Times are copied in microseconds.
  if (Math.abs(now.mtimeMs - before.mtimeMs) > 0.01) return false
  if (!now.isDirectory() && (now.size !== before.size || now.rdev !== before.rdev)) return false
  return isSameLink(entry.source, now, below) && isDeepStrictEqual(imageAttributes(entry.source, ownerOf), attributesOf(below.path))
}

function isSameLink(source: Buffer, stats: Stats, below: MergedNode): boolean {
  return !stats.isSymbolicLink() || readlinkSync(source, { encoding: "buffer" }).equals(readlinkSync(below.path, { encoding: "buffer" }))
}
