import { closeSync, constants, lstatSync, openSync, readdirSync, type Stats } from "node:fs"
import { errnoOf } from "../errors.js"
import { openInRoot } from "../kernel/open-in-root.js"
import { bytePath } from "./byte-path.js"

/** An entry during a walk. */
export interface WalkedEntry {
  /** Below the root, characters are bytes (latin1). */
  path: string
  /** Names the entry through its directory's descriptor: good until the next step, and never follows a link on the way. */
  source: Buffer
  stats: Stats
}

/** A directory that the caller has opened and closes after the walk. */
export interface OpenDirectory {
  fd: number
}

/**
 * Walks all that is below a directory which others may change meanwhile, even on purpose: every directory is opened
 * below the root without following links, and its entries are looked at through that descriptor. A directory comes before what is in
 * it, siblings in order of their bytes; one descriptor is open at a time. What vanishes meanwhile is left out.
 * Throws ENAMETOOLONG for a tree deeper than the kernel's longest path.
 */
export function* walkTree(root: string | OpenDirectory): Generator<WalkedEntry, void, undefined> {
  const rootFd = typeof root === "string" ? openSync(root, constants.O_RDONLY | constants.O_DIRECTORY) : root.fd
  try {
    const pending = [""]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const below: string[] = []
      for (const entry of entriesOf(rootFd, next)) {
        if (entry.stats.isDirectory()) below.push(entry.path)
        yield entry
      }
      pending.push(...below.reverse())
    }
  } finally {
    if (typeof root === "string") closeSync(rootFd)
  }
}

function* entriesOf(rootFd: number, path: string): Generator<WalkedEntry, void, undefined> {
  const fd = openDirectory(rootFd, path)
  if (fd === undefined) return
  try {
    const directory = Buffer.from(`/proc/self/fd/${fd}`)
    const prefix = path === "" ? "" : `${path}/`
    for (const name of readdirSync(directory, { encoding: "latin1" }).sort()) {
      const source = bytePath(directory, name)
      const stats = lstatSync(source, { throwIfNoEntry: false })
      if (stats !== undefined) yield { path: prefix + name, source, stats }
    }
  } finally {
    closeSync(fd)
  }
}

const vanished = new Set(["ENOENT", "ENOTDIR", "ELOOP"])

function openDirectory(rootFd: number, path: string): number | undefined {
  try {
    return openInRoot({
      rootFd,
      path: path === "" ? "." : Buffer.from(path, "latin1"),
      flags: constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
      noLinks: true,
    })
  } catch (error) {
    if (vanished.has(errnoOf(error) ?? "")) return undefined
    throw error
  }
}
