import { lstatSync, readlinkSync, type Stats } from "node:fs"
import type { PathStat } from "../../engine.js"
import { errnoOf } from "../../errors.js"
import type { IdRange } from "../../spec/id-range.js"

/** Looks at an entry by a name that follows no link. Undefined: it is gone. */
export function pathStat(entry: { source: Buffer; name: string; path: string }, idRange: IdRange | undefined): PathStat | undefined {
  const stats = lstatSync(entry.source, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const linkTarget = stats.isSymbolicLink() ? readLink(entry.source) : undefined
  // It was replaced between the two looks: by something else, which is then what there is.
  if (stats.isSymbolicLink() && linkTarget === undefined) return pathStat(entry, idRange)
  return {
    name: entry.name,
    path: entry.path,
    kind: kindOf(stats),
    sizeBytes: stats.size,
    mode: stats.mode & 0o7777,
    uid: insideId(stats.uid, idRange?.uidBase, idRange?.size),
    gid: insideId(stats.gid, idRange?.gidBase, idRange?.size),
    modifiedAt: Math.trunc(stats.mtimeMs),
    ...(linkTarget === undefined ? {} : { linkTarget }),
  }
}

/** A host id as the container sees it; what its user namespace does not map is `nobody`, as the kernel shows it (user_namespaces(7)). */
export function insideId(id: number, base: number | undefined, size: number | undefined): number {
  if (base === undefined || size === undefined) return id
  return id >= base && id < base + size ? id - base : overflowId
}

function readLink(source: Buffer): string | undefined {
  try {
    return readlinkSync(source, "utf8")
  } catch (error) {
    if (errnoOf(error) === "EINVAL" || errnoOf(error) === "ENOENT") return undefined
    throw error
  }
}

const overflowId = 65534

function kindOf(stats: Stats): PathStat["kind"] {
  if (stats.isDirectory()) return "directory"
  if (stats.isSymbolicLink()) return "symlink"
  if (stats.isCharacterDevice()) return "character-device"
  if (stats.isBlockDevice()) return "block-device"
  if (stats.isFIFO()) return "fifo"
  return stats.isSocket() ? "socket" : "file"
}
