import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from "node:fs"
import { EngineError, errnoOf } from "../../errors.js"
import { fileType, makeNode, setTimes } from "../../kernel/file-calls.js"
import { openInRoot } from "../../kernel/open-in-root.js"
import { toEngineError } from "../../kernel/system-call-error.js"
import type { IdRange } from "../../spec/id-range.js"
import { readTar, type TarEntry } from "../../spec/tar/read-tar.js"
import { archiveInvalid, archiveUnsafe, printable } from "../../spec/tar/tar-errors.js"
import type { TarHeader } from "../../spec/tar/tar-header.js"
import { applyExtendedAttributes } from "../unpack/file-attributes.js"
import { layerPath, linkTargetPath, splitLast } from "../unpack/layer-path.js"
import { defaultUnpackLimits, type UnpackLimits } from "../unpack/unpack-tree.js"
import { closeFile, createExclusive, writeFileData } from "../unpack/write-file-data.js"
import { openDirectory, openRoot } from "./resolve-in-root.js"

export interface CopyInRequest {
  /** The container's root. */
  root: string
  /** Existing directory in it. */
  path: string
  tar: AsyncIterable<Uint8Array>
  idRange: IdRange | undefined
  limits?: UnpackLimits
}

/**
 * Unpacks a tar below a directory of a root that a container may change at the same time. Every parent is opened by openat2 inside of the root, and
 * entries are made, owned and changed through that descriptor and their own: a link that is swapped in can lead elsewhere
 * in the container, never out of it. A directory is not replaced by a file, nor a file by a directory (`conflict`); device nodes are left out.
 */
export async function copyIn(request: CopyInRequest): Promise<void> {
  using root = openRoot(request.root)
  closeSync(openDirectory(root.fd, request.path))
  const copier = new Copier(root.fd, request)
  try {
    for await (const entry of readTar(request.tar, { requireEnd: true })) await copier.add(entry)
    copier.finish()
  } catch (error) {
    throw translate(error, request.path)
  }
}

interface Place {
  /** Open directory that contains the name. */
  parentFd: number
  name: string
  path: Buffer
  /** From the directory that is copied into. */
  parts: readonly string[]
}

class Copier {
  private entries = 0
  private bytes = 0
  private readonly directoryTimes: { parts: string[]; seconds: number }[] = []
  private readonly limits: UnpackLimits

  constructor(
    private readonly rootFd: number,
    private readonly request: CopyInRequest,
  ) {
    this.limits = request.limits ?? defaultUnpackLimits
  }

  async add(entry: TarEntry): Promise<void> {
    const { header } = entry
    if (++this.entries > this.limits.maximumEntries) throw archiveUnsafe(`it has more than ${this.limits.maximumEntries} entries`)
    if (header.sizeBytes > this.limits.maximumBytes) throw archiveUnsafe(`it unpacks to more than ${this.limits.maximumBytes} bytes`)
    const parts = layerPath(header.name)
    if (parts.length === 0 || header.type === "character-device" || header.type === "block-device") return
    const { parents, last } = splitLast(parts)
    const parentFd = this.openParents(parents)
    try {
      await this.place(entry, { parentFd, name: last, path: childOf(parentFd, last), parts })
    } finally {
      closeSync(parentFd)
    }
    if (header.type === "directory") this.directoryTimes.push({ parts, seconds: secondsOf(header) })
  }

  finish(): void {
    for (const { parts, seconds } of this.directoryTimes.reverse()) {
      const fd = openDirectory(this.rootFd, this.below(parts))
      try {
        futimesSync(fd, seconds, seconds)
      } finally {
        closeSync(fd)
      }
    }
  }

  private async place(entry: TarEntry, place: Place): Promise<void> {
    const { header } = entry
    const existing = lstatSync(place.path, { throwIfNoEntry: false })
    if (header.type === "directory") return this.placeDirectory(header, place, existing)
    if (existing?.isDirectory() === true) throw wrongKind(header, "a directory")
    if (header.type === "hard-link") return this.placeLink(header, place, existing)
    if (existing !== undefined) unlinkSync(place.path)
    if (header.type === "symlink") {
      if (header.linkName.length === 0) throw archiveInvalid("a symbolic link has no target", { name: printable(header.name) })
      symlinkSync(header.linkName, place.path)
      this.finishByName(header, place.path)
    } else if (header.type === "fifo") {
      makeNode({ path: place.path, mode: fileType.fifo | (header.mode & 0o777) })
      this.finishByName(header, place.path)
    } else {
      await this.placeFile(entry, place)
    }
  }

  private async placeFile(entry: TarEntry, place: Place): Promise<void> {
    const { header } = entry
    const fd = createExclusive(place.path)
    try {
      await writeFileData(fd, entry, (bytes) => this.count(bytes))
      this.finishByDescriptor(header, { fd, path: place.path })
      futimesSync(fd, secondsOf(header), secondsOf(header))
    } catch (error) {
      rmSync(place.path, { force: true })
      throw error
    } finally {
      await closeFile(fd, header.dataBytes)
    }
  }

  private placeDirectory(header: TarHeader, place: Place, existing: Stats | undefined): void {
    if (existing?.isSymbolicLink() === true && this.leadsToDirectory(place.parts)) return
    if (existing !== undefined && !existing.isDirectory()) throw wrongKind(header, "a file")
    if (existing === undefined) mkdirSync(place.path, 0o700)
    const fd = openChildDirectory(place.parentFd, place.name)
    try {
      this.finishByDescriptor(header, { fd, path: place.path })
    } finally {
      closeSync(fd)
    }
  }

  private placeLink(header: TarHeader, place: Place, existing: Stats | undefined): void {
    const { parents, last } = splitLast(linkTargetPath(header.linkName))
    const sourceFd = openDirectory(this.rootFd, this.below(parents))
    try {
      const source = childOf(sourceFd, last)
      const target = lstatSync(source, { throwIfNoEntry: false })
      if (last === "" || target === undefined || target.isDirectory())
        throw archiveUnsafe("a hard link leads to a file that is not there", { link: printable(header.linkName) })
      if (existing?.ino === target.ino && existing.dev === target.dev) return
      if (existing !== undefined) unlinkSync(place.path)
      linkSync(source, place.path)
    } finally {
      closeSync(sourceFd)
    }
  }

  private openParents(parents: readonly string[]): number {
    try {
      return openDirectory(this.rootFd, this.below(parents))
    } catch (error) {
      if (parents.length === 0 || !(error instanceof EngineError) || error.code !== "not_found") throw error
      return this.makeParents(parents)
    }
  }

  // Only names that an archive does not spell out as entries of their own.
  private makeParents(parents: readonly string[]): number {
    const { parents: above, last } = splitLast(parents)
    const aboveFd = this.openParents(above)
    try {
      mkdirSync(childOf(aboveFd, last), 0o755)
      return this.openMade(aboveFd, last)
    } finally {
      closeSync(aboveFd)
    }
  }

  private openMade(parentFd: number, name: string): number {
    const fd = openChildDirectory(parentFd, name)
    fchownSync(fd, this.hostId(0, "uidBase"), this.hostId(0, "gidBase"))
    fchmodSync(fd, 0o755)
    return fd
  }

  /** Path from the root, as bytes. */
  private below(parts: readonly string[]): Buffer {
    return Buffer.concat([Buffer.from(`${this.request.path}/`), Buffer.from(parts.join("/"), "latin1")])
  }

  private leadsToDirectory(parts: readonly string[]): boolean {
    try {
      closeSync(openDirectory(this.rootFd, this.below(parts)))
      return true
    } catch (error) {
      if (error instanceof EngineError) return false
      throw error
    }
  }

  private finishByDescriptor(header: TarHeader, made: { fd: number; path: Buffer }): void {
    fchownSync(made.fd, this.hostId(header.uid, "uidBase"), this.hostId(header.gid, "gidBase"))
    applyExtendedAttributes(made.path, header.attributes)
    fchmodSync(made.fd, header.mode)
  }

  // Neither call follows a link in the last part.
  private finishByName(header: TarHeader, path: Buffer): void {
    lchownSync(path, this.hostId(header.uid, "uidBase"), this.hostId(header.gid, "gidBase"))
    setTimes({ path, accessedNs: header.modifiedNs, modifiedNs: header.modifiedNs })
  }

  private hostId(id: number, base: "uidBase" | "gidBase"): number {
    const range = this.request.idRange
    if (range === undefined) return id
    if (id < 0 || id >= range.size) throw archiveUnsafe("an entry has an owner that the container does not have", { id })
    return range[base] + id
  }

  private count(bytes: number): void {
    this.bytes += bytes
    if (this.bytes > this.limits.maximumBytes) throw archiveUnsafe(`it unpacks to more than ${this.limits.maximumBytes} bytes`)
  }
}

/** A directory that was just made or seen, itself: not what a link put in its place leads to. */
function openChildDirectory(parentFd: number, name: string): number {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
  return openInRoot({ rootFd: parentFd, path: Buffer.from(name, "latin1"), flags, noLinks: true })
}

function childOf(directoryFd: number, name: string): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${directoryFd}/`), Buffer.from(name, "latin1")])
}

function secondsOf(header: TarHeader): number {
  return Number(header.modifiedNs) / 1e9
}

function wrongKind(header: TarHeader, what: string): EngineError {
  const name = printable(header.name)
  return new EngineError("conflict", {
    facts: { name, what },
    publicMessage: `${name} is ${what} in the container and something else in the archive. Remove it there first.`,
  })
}

// The container may change what is being worked on: then a name is suddenly taken, gone, or of another kind.
const raced = new Set(["EEXIST", "ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENOTEMPTY"])

function translate(error: unknown, path: string): unknown {
  const errno = errnoOf(error)
  if (errno === "EROFS")
    return new EngineError("conflict", {
      facts: { path, errno },
      cause: error,
      publicMessage: "The container's files are read-only there.",
    })
  if (errno !== undefined && raced.has(errno))
    return new EngineError("conflict", {
      facts: { path, errno },
      cause: error,
      publicMessage: "The container changed the same files at the same time. Try again, or pause it first.",
    })
  return toEngineError(error, "internal", { op: "copy in", path })
}
