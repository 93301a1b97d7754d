import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
} from "node:fs"
import { setImmediate } from "node:timers/promises"
import { deviceNumber, fileType, makeNode, setTimes } from "../../kernel/file-calls.js"
import type { IdRange } from "../../spec/id-range.js"
import { bytePath } from "../byte-path.js"
import { attributesOf } from "../changes/export-tree.js"
import { isOpaque, isWhiteout } from "../overlay-marks.js"
import { applyExtendedAttributes } from "../unpack/file-attributes.js"
import { walkTree } from "../walk-tree.js"

/**
 * Copies unpacked layers, from bottom to top, over each other into a directory, as overlayfs would show them, with owners
 * moved into the range. Blocks are shared where the file system can (reflink).
 */
export async function copyLayers(layers: readonly LayerTree[], target: string, range: IdRange | undefined): Promise<void> {
  const root = layers.findLast((layer) => layer.hasRootEntry)
  for (const layer of layers) await copyLayer(layer.tree, Buffer.from(target), range)
  if (root !== undefined) finish(Buffer.from(target), lstatSync(root.tree), range)
}

export interface LayerTree {
  tree: string
  /** The layer says how the root directory looks; the topmost that does decides. */
  hasRootEntry: boolean
}

const entriesPerTurn = 200

async function copyLayer(layer: string, target: Buffer, range: IdRange | undefined): Promise<void> {
  const copied = new Map<string, Buffer>()
  const directories: { path: Buffer; stats: Stats }[] = []
  let entries = 0
  for (const { path, source, stats } of walkTree(layer)) {
    if (++entries % entriesPerTurn === 0) await setImmediate()
    const to = bytePath(target, path)
    makeRoom(to, { source, stats })
    if (isWhiteout(stats)) continue
    if (stats.isDirectory()) directories.push({ path: to, stats })
    copyEntry({ source, stats, to, range }, copied)
  }
  for (const { path, stats } of directories.reverse()) finish(path, stats, range)
}

// A directory over a directory merges; everything else replaces what is there.
function makeRoom(to: Buffer, above: { source: Buffer; stats: Stats }): void {
  const existing = lstatSync(to, { throwIfNoEntry: false })
  if (existing === undefined) return
  const merges = existing.isDirectory() && above.stats.isDirectory() && !isOpaque(above.source)
  if (!merges) rmSync(to, { recursive: true })
}

interface Copy {
  source: Buffer
  stats: Stats
  to: Buffer
  range: IdRange | undefined
}

function copyEntry({ source, stats, to, range }: Copy, copied: Map<string, Buffer>): void {
  if (stats.isDirectory()) {
    if (lstatSync(to, { throwIfNoEntry: false }) === undefined) mkdirSync(to)
    applyExtendedAttributes(to, attributesOf(source))
    return
  }
  const key = `${stats.dev}:${stats.ino}`
  const first = stats.nlink > 1 ? copied.get(key) : undefined
  if (first !== undefined) {
    linkSync(first, to)
    return
  }
  copied.set(key, to)
  if (stats.isFile()) copyFileSync(source, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(source, { encoding: "buffer" }), to)
  else makeNode({ path: to, mode: stats.mode, device: deviceNumber(stats.rdev) })
  finish(to, stats, range)
  applyExtendedAttributes(to, attributesOf(source))
}

function finish(path: Buffer, stats: Stats, range: IdRange | undefined): void {
  lchownSync(path, stats.uid + (range?.uidBase ?? 0), stats.gid + (range?.gidBase ?? 0))
  if ((stats.mode & 0o170000) !== fileType.link) chmodSync(path, stats.mode & 0o7777)
  const modifiedNs = BigInt(Math.round(stats.mtimeMs * 1000)) * 1000n
  setTimes({ path, accessedNs: modifiedNs, modifiedNs })
}
