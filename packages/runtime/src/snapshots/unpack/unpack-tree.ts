import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats, symlinkSync } from "node:fs"
import { errnoOf } from "../../errors.js"
import { fileType, makeNode, setTimes } from "../../kernel/file-calls.js"
import { type ReadTarOptions, readTar, type TarEntry } from "../../spec/tar/read-tar.js"
import { archiveInvalid, archiveUnsafe, printable } from "../../spec/tar/tar-errors.js"
import { bytePath } from "../byte-path.js"
import { isWhiteout, makeOpaque, makeWhiteout } from "../overlay-marks.js"
import { applyAttributes } from "./file-attributes.js"
import { layerPath, linkTargetPath, splitLast } from "./layer-path.js"
import { layerNameOf } from "./whiteout-name.js"
import { closeFile, createExclusive, writeFileData } from "./write-file-data.js"

/** Bounds of one unpacked tree. */
export interface UnpackLimits {
  maximumEntries: number
  /** Of all files' data together, and of any one sparse file's length. */
  maximumBytes: number
}

export const defaultUnpackLimits: UnpackLimits = { maximumEntries: 1_000_000, maximumBytes: 64 * 2 ** 30 }

export interface UnpackedTree {
  /** Data of all regular files. */
  sizeBytes: number
  entries: number
  /** The archive said how the root directory itself looks. */
  hasRootEntry: boolean
}

/**
 * Unpacks a layer tar into an empty directory that nobody else writes to: owners, modes, times, attributes, links, devices;
 * whiteouts become overlayfs's own. Every parent is checked to be a real directory made here, so nothing is ever
 * written through a link. Throws `archive_unsafe`, `archive_invalid` or a system error; what was written stays for the caller to remove.
 */
export async function unpackTree(
  root: string,
  tar: AsyncIterable<Uint8Array>,
  options: { limits?: UnpackLimits } & ReadTarOptions = {},
): Promise<UnpackedTree> {
  const tree = new TreeUnpacker(Buffer.from(root), options.limits ?? defaultUnpackLimits)
  for await (const entry of readTar(tar, options)) await tree.add(entry)
  tree.finish()
  return { sizeBytes: tree.sizeBytes, entries: tree.entries, hasRootEntry: tree.hasRootEntry }
}

class TreeUnpacker {
  sizeBytes = 0
  entries = 0
  hasRootEntry = false
  /** Real directories in the tree, with the times they shall have. */
  private readonly directories = new Map<string, bigint | undefined>([["", undefined]])
  /** Names that a whiteout of this same archive hides: a directory made there later must be opaque. */
  private readonly hidden = new Set<string>()

  constructor(
    private readonly root: Buffer,
    private readonly limits: UnpackLimits,
  ) {}

  async add(entry: TarEntry): Promise<void> {
    const { header } = entry
    if (++this.entries > this.limits.maximumEntries) throw archiveUnsafe(`it has more than ${this.limits.maximumEntries} entries`)
    if (header.sizeBytes > this.limits.maximumBytes) throw this.tooLarge()
    const parts = layerPath(header.name)
    if (parts.length === 0) return this.addRoot(entry)
    const { parents, last } = splitLast(parts)
    const parent = this.ensureDirectories(parents)
    const name = layerNameOf(last)
    if (name.kind === "plain") await this.addPlain(entry, { key: parts.join("/"), path: bytePath(parent, last) })
    else if (name.kind === "whiteout") this.addWhiteout([...parents, name.hides].join("/"), bytePath(parent, name.hides))
    else if (name.kind === "opaque") makeOpaque(parent)
  }

  // Last of all, deepest first: making a file in a directory changes its time.
  finish(): void {
    for (const [key, modifiedNs] of [...this.directories].reverse()) {
      if (modifiedNs !== undefined)
        setTimes({ path: key === "" ? this.root : bytePath(this.root, key), accessedNs: modifiedNs, modifiedNs })
    }
  }

  private addRoot(entry: TarEntry): void {
    if (entry.header.type !== "directory") throw archiveUnsafe("its root is no directory")
    this.hasRootEntry = true
    applyAttributes(this.root, entry.header)
    this.directories.set("", entry.header.modifiedNs)
  }

  private async addPlain(entry: TarEntry, place: { key: string; path: Buffer }): Promise<void> {
    const { header } = entry
    if (header.type === "directory") {
      this.makeDirectory(place)
      this.directories.set(place.key, header.modifiedNs)
    } else {
      // Looked up before the old name goes: a link to itself must not take the file with it.
      const source = header.type === "hard-link" ? this.linkSource(header.linkName) : undefined
      if (source?.equals(place.path)) return
      this.clear(place)
      if (source !== undefined) return linkSync(source, place.path)
      await this.makeFile(entry, place.path)
    }
    if (isMade(header.type, place.path)) applyAttributes(place.path, header)
  }

  private async makeFile(entry: TarEntry, path: Buffer): Promise<void> {
    const { header } = entry
    switch (header.type) {
      case "symlink":
        if (header.linkName.length === 0) throw archiveInvalid("a symbolic link has no target", { name: printable(header.name) })
        return symlinkSync(header.linkName, path)
      case "fifo":
        return makeNode({ path, mode: fileType.fifo | 0o600 })
      case "character-device":
      case "block-device":
        return makeDevice(path, header)
      default: {
        const fd = createExclusive(path)
        try {
          await writeFileData(fd, entry, (bytes) => this.count(bytes))
        } finally {
          await closeFile(fd, header.dataBytes)
        }
      }
    }
  }

  private makeDirectory(place: { key: string; path: Buffer }): void {
    if (this.directories.has(place.key)) return
    const existing = lstatOf(place.path)
    if (existing?.isDirectory() !== true) {
      this.clear(place)
      makePlainDirectory(place.path)
    }
    if (this.hidden.has(place.key)) makeOpaque(place.path)
    this.directories.set(place.key, undefined)
  }

  private addWhiteout(key: string, path: Buffer): void {
    this.hidden.add(key)
    const existing = lstatOf(path)
    if (existing === undefined) makeWhiteout(path)
    else if (existing.isDirectory()) makeOpaque(path)
  }

  private ensureDirectories(parts: readonly string[]): Buffer {
    const whole = parts.join("/")
    if (this.directories.has(whole)) return whole === "" ? this.root : bytePath(this.root, whole)
    let key = ""
    for (const part of parts) {
      key = key === "" ? part : `${key}/${part}`
      if (this.directories.has(key)) continue
      const path = bytePath(this.root, key)
      const existing = lstatOf(path)
      if (existing !== undefined && !existing.isDirectory() && !isWhiteout(existing)) throw throughNonDirectory(key, existing)
      this.makeDirectory({ key, path })
    }
    return bytePath(this.root, key)
  }

  private linkSource(linkName: Buffer): Buffer {
    const parts = linkTargetPath(linkName)
    const { parents, last } = splitLast(parts)
    let key = ""
    for (const part of parents) {
      key = key === "" ? part : `${key}/${part}`
      if (!this.directories.has(key)) throw archiveUnsafe("a hard link leads to a file outside of it", { link: printable(linkName) })
    }
    const path = bytePath(this.root, ...parents, last)
    const stats = parts.length === 0 ? undefined : lstatOf(path)
    if (stats === undefined || stats.isDirectory() || isWhiteout(stats))
      throw archiveUnsafe("a hard link leads to a file that is not in it", { link: printable(linkName) })
    return path
  }

  /** Removes what has the name now. */
  private clear(place: { key: string; path: Buffer }): void {
    const existing = lstatOf(place.path)
    if (existing === undefined) return
    if (existing.isDirectory()) this.forget(place)
    rmSync(place.path, { recursive: true })
  }

  // By the tree on disk, not over all directories known: an archive that replaces directories again and again stays linear.
  private forget(place: { key: string; path: Buffer }): void {
    this.directories.delete(place.key)
    for (const child of readdirSync(place.path, { withFileTypes: true, encoding: "latin1" })) {
      if (child.isDirectory()) this.forget({ key: `${place.key}/${child.name}`, path: bytePath(place.path, child.name) })
    }
  }

  private count(bytes: number): void {
    this.sizeBytes += bytes
    if (this.sizeBytes > this.limits.maximumBytes) throw this.tooLarge()
  }

  private tooLarge(): Error {
    return archiveUnsafe(`it unpacks to more than ${this.limits.maximumBytes} bytes`, { maximumBytes: this.limits.maximumBytes })
  }
}

// Mode 0755, whatever the process's umask.
function makePlainDirectory(path: Buffer): void {
  mkdirSync(path, 0o755)
  chmodSync(path, 0o755)
}

function lstatOf(path: Buffer): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

function throughNonDirectory(key: string, existing: Stats): Error {
  const what = existing.isSymbolicLink() ? "through a symbolic link" : "below a file"
  return archiveUnsafe(`it writes ${what}`, { path: printable(Buffer.from(key, "latin1")) })
}

// Inside of another container there is no right to make devices. They would not work in ours either: its files are mounted nodev.
function makeDevice(path: Buffer, header: TarEntry["header"]): void {
  const type = header.type === "block-device" ? fileType.block : fileType.character
  try {
    makeNode({ path, mode: type | 0o600, device: { major: header.deviceMajor, minor: header.deviceMinor } })
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error
  }
}

function isMade(type: TarEntry["header"]["type"], path: Buffer): boolean {
  return (type !== "character-device" && type !== "block-device") || lstatOf(path) !== undefined
}
