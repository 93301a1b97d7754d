import { closeSync, constants, fstatSync, lstatSync, opendirSync, openSync, readSync } from "node:fs"
import { Readable } from "node:stream"
import { setImmediate } from "node:timers/promises"
import type { PathStat } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"
import type { IdRange } from "../spec/id-range.js"
import { bytePath, displayName } from "./byte-path.js"
import { exportTree } from "./changes/export-tree.js"
import type { TreeChange } from "./changes/tree-change.js"
import { copyIn } from "./files/copy-in.js"
import { insideId, pathStat } from "./files/path-stat.js"
import { absolutePath, openDirectory, openPath, openRoot, type ResolvedName, resolveName } from "./files/resolve-in-root.js"
import type { RootFiles } from "./snapshotter.js"
import { walkTree } from "./walk-tree.js"

/** Entries of one directory above which it is not listed: a container must not fill the engine's memory. */
const maximumListed = 50_000
const entriesPerTurn = 1000

/**
 * File access inside of a root that its owner may change at any moment, on purpose too. Every path is opened by openat2 with
 * RESOLVE_IN_ROOT, and what is then done is done through that descriptor, so that no link leads out. (openat2(2))
 */
export const rootFiles: RootFiles = {
  async stat(root, path, idRange) {
    using opened = openRoot(root)
    using name = resolveName(opened.fd, path)
    return statOf(name, idRange)
  },

  async list(root, path, idRange) {
    using opened = openRoot(root)
    const fd = openDirectory(opened.fd, path)
    try {
      return await listOpened(fd, absolutePath(path), idRange)
    } finally {
      closeSync(fd)
    }
  },

  async copyOut(root, path, idRange) {
    using opened = openRoot(root)
    using name = resolveName(opened.fd, path)
    const stat = statOf(name, idRange)
    const fd =
      stat.kind === "directory"
        ? openDirectory(opened.fd, path)
        : openSync(`/proc/self/fd/${name.directoryFd}`, constants.O_RDONLY | constants.O_DIRECTORY)
    const entries = entriesToCopy({ fd, name: name.name, isDirectory: stat.kind === "directory" })
    const tar = Readable.from(exportTree(entries, shiftOf(idRange)), { objectMode: false })
    // Also when it was never read.
    return { stat, tar: tar.once("close", () => closeSync(fd)) }
  },

  async copyIn(root, path, tar, idRange) {
    await copyIn({ root, path, tar, idRange })
  },

  async readText(root, path, maximumBytes) {
    using opened = openRoot(root)
    const fd = openIfFile(opened.fd, path)
    if (fd === undefined) return undefined
    try {
      return readOpened(fd, { path, maximumBytes })
    } finally {
      closeSync(fd)
    }
  },
}

function statOf(name: ResolvedName, idRange: IdRange | undefined): PathStat {
  const stat = pathStat(name, idRange)
  if (stat !== undefined) return stat
  throw new EngineError("not_found", {
    facts: { path: name.path.slice(0, 200) },
    publicMessage: `There is no ${name.path.slice(0, 200)} in the container.`,
  })
}

async function listOpened(fd: number, directory: string, idRange: IdRange | undefined): Promise<PathStat[]> {
  const found: PathStat[] = []
  const source = Buffer.from(`/proc/self/fd/${fd}`)
  const names = opendirSync(`/proc/self/fd/${fd}`, { encoding: "latin1" })
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync()) {
      if (found.length >= maximumListed) throw tooMany(directory)
      if (found.length % entriesPerTurn === entriesPerTurn - 1) await setImmediate()
      const name = displayName(entry.name)
      const stat = pathStat(
        { source: bytePath(source, entry.name), name, path: directory === "/" ? `/${name}` : `${directory}/${name}` },
        idRange,
      )
      if (stat !== undefined) found.push(stat)
    }
  } finally {
    names.closeSync()
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function* entriesToCopy(opened: { fd: number; name: string; isDirectory: boolean }): Generator<TreeChange, void, undefined> {
  const top = Buffer.from(opened.name === "/" ? "." : opened.name).toString("latin1")
  const here = Buffer.from(`/proc/self/fd/${opened.fd}`)
  const source = bytePath(here, opened.isDirectory ? "." : top)
  const stats = lstatSync(source, { throwIfNoEntry: false })
  if (stats !== undefined) yield { kind: "added", path: top, source, stats, opaque: false }
  if (!opened.isDirectory) return
  for (const entry of walkTree({ fd: opened.fd })) yield { ...entry, kind: "added", path: `${top}/${entry.path}`, opaque: false }
}

function shiftOf(idRange: IdRange | undefined): (id: number, kind: "uid" | "gid") => number {
  return (id, kind) => insideId(id, kind === "uid" ? idRange?.uidBase : idRange?.gidBase, idRange?.size)
}

// Looked at before it is opened for reading: opening a pipe or a device has effects.
function openIfFile(rootFd: number, path: string): number | undefined {
  let named: number | undefined
  try {
    named = openPath(rootFd, path)
    if (!fstatSync(named).isFile()) return undefined
    return openSync(`/proc/self/fd/${named}`, constants.O_RDONLY)
  } catch (error) {
    if (absent.has(errnoOf(error) ?? "")) return undefined
    throw error
  } finally {
    if (named !== undefined) closeSync(named)
  }
}

const absent = new Set(["ENOENT", "ENOTDIR", "ELOOP"])

function readOpened(fd: number, options: { path: string; maximumBytes: number }): string {
  // One byte more than it has, or may have, so that its end is seen.
  const buffer = Buffer.allocUnsafe(Math.min(fstatSync(fd).size, options.maximumBytes) + 1)
  let length = 0
  for (let read = -1; read !== 0 && length < buffer.length; length += read)
    read = readSync(fd, buffer, length, buffer.length - length, null)
  if (length <= options.maximumBytes) return buffer.toString("utf8", 0, length)
  throw new EngineError("unsupported", {
    facts: { ...options },
    publicMessage: `${options.path} in the container is larger than ${options.maximumBytes} bytes.`,
  })
}

function tooMany(directory: string): EngineError {
  return new EngineError("unsupported", {
    facts: { directory, maximumListed },
    publicMessage: `${directory} has more than ${maximumListed} entries. List it inside of the container.`,
  })
}
