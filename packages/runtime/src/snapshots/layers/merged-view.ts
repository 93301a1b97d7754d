import { lstatSync, readdirSync, type Stats } from "node:fs"
import { bytePath } from "../byte-path.js"
import { isOpaque, isWhiteout } from "../overlay-marks.js"

/** What one path is in a stack of layers. `directories`: of a directory, its parts in the layers, topmost first. */
export interface MergedNode {
  path: Buffer
  stats: Stats
  directories: Buffer[]
}

/**
 * Reads a stack of unpacked layers as overlayfs would show it, without mounting: whiteouts hide, opaque directories end
 * the merge. Names are byte strings (latin1). Layers do not change while they are read.
 */
export class MergedView {
  readonly root: MergedNode

  /** `layers`: tree directories from top to bottom; at least one. */
  constructor(layers: readonly string[]) {
    const directories = layers.map((layer) => Buffer.from(layer))
    const top = directories[0]
    if (top === undefined) throw new RangeError("a merged view needs a layer")
    this.root = { path: top, stats: lstatSync(top), directories }
  }

  /** Undefined: not there, or deleted by a layer above. */
  child(node: MergedNode, name: string): MergedNode | undefined {
    let found: MergedNode | undefined
    for (const directory of node.directories) {
      const path = bytePath(directory, name)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats === undefined) continue
      if (isWhiteout(stats)) return found
      if (!stats.isDirectory()) return found ?? { path, stats, directories: [] }
      found ??= { path, stats, directories: [] }
      found.directories.push(path)
      if (isOpaque(path)) return found
    }
    return found
  }

  /** Sorted names of what is in a directory; empty for anything else. */
  names(node: MergedNode): string[] {
    const shown = new Set<string>()
    const hidden = new Set<string>()
    for (const directory of node.directories) {
      const names = readdirSync(directory, { encoding: "latin1", withFileTypes: true })
      for (const entry of names) {
        if (hidden.has(entry.name) || shown.has(entry.name)) continue
        const hides = entry.isCharacterDevice() && isWhiteout(lstatSync(bytePath(directory, entry.name)))
        if (hides) hidden.add(entry.name)
        else shown.add(entry.name)
      }
    }
    return [...shown].sort()
  }
}
