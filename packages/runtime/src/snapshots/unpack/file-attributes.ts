import { chmodSync, lchownSync } from "node:fs"
import { errnoOf } from "../../errors.js"
import { setAttribute, setTimes } from "../../kernel/file-calls.js"
import { archiveUnsafe, printable } from "../../spec/tar/tar-errors.js"
import type { TarHeader } from "../../spec/tar/tar-header.js"
import { hostRootOnDisk } from "../host-root-id.js"
import { isPortableAttribute } from "../overlay-marks.js"

type Attributes = Pick<TarHeader, "type" | "mode" | "uid" | "gid" | "attributes" | "modifiedNs">

/**
 * Owner, mode, extended attributes and time of a path that is known to be the entry itself. In this order: chown clears
 * set-id bits and file capabilities. Directories get their time when all is in them.
 */
export function applyAttributes(path: Buffer, header: Attributes): void {
  checkIds(header)
  lchownSync(path, header.uid, header.gid)
  if (header.type !== "symlink") chmodSync(path, header.mode)
  applyExtendedAttributes(path, header.attributes)
  if (header.type !== "directory") setTimes({ path, accessedNs: header.modifiedNs, modifiedNs: header.modifiedNs })
}

/** Sets those extended attributes that belong to content; never follows a link in the last part. */
export function applyExtendedAttributes(path: Buffer, attributes: ReadonlyMap<string, Buffer>): void {
  for (const [name, value] of attributes) if (isPortableAttribute(name)) setPortable(path, name, value)
}

function checkIds(header: Attributes): void {
  for (const id of [header.uid, header.gid]) {
    if (id < 0 || id >= hostRootOnDisk) throw archiveUnsafe("an entry has an impossible owner", { uid: header.uid, gid: header.gid })
  }
}

function setPortable(path: Buffer, name: string, value: Buffer): void {
  try {
    setAttribute(path, name, value)
  } catch (error) {
    const errno = errnoOf(error) ?? ""
    // The file system has none, or not on this kind of file: as Docker, go on without.
    if (notSupported.has(errno)) return
    if (tooLarge.has(errno))
      throw archiveUnsafe("an extended attribute is larger than the file system can keep", { name: printable(name), bytes: value.length })
    throw error
  }
}

const notSupported = new Set(["ENOTSUP", "EOPNOTSUPP", "EPERM"])
// ext4 says ENOSPC when the attributes of one file outgrow a block.
const tooLarge = new Set(["E2BIG", "ERANGE", "ENOSPC", "EINVAL"])
