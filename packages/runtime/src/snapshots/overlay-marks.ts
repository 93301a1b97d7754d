import type { Stats } from "node:fs"
import { deviceNumber, type FilePath, fileType, getAttribute, makeNode, setAttribute } from "../kernel/file-calls.js"

// How overlayfs marks deletions on disk (kernel Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").

/** A character device 0:0 hides what has its name in the layers below. */
export function isWhiteout(stats: Pick<Stats, "mode" | "rdev">): boolean {
  if ((stats.mode & 0o170000) !== fileType.character) return false
  const { major, minor } = deviceNumber(stats.rdev)
  return major === 0 && minor === 0
}

export function makeWhiteout(path: FilePath): void {
  makeNode({ path, mode: fileType.character, device: { major: 0, minor: 0 } })
}

/** An opaque directory hides everything that its namesakes below contain. */
export function isOpaque(path: FilePath): boolean {
  return getAttribute(path, opaqueAttribute)?.toString() === "y"
}

export function makeOpaque(path: FilePath): void {
  setAttribute(path, opaqueAttribute, Buffer.from("y"))
}

/** Extended attributes that belong to a file's content: kept by unpacking, copying and exporting. Never `trusted.*`: overlayfs obeys those. */
export function isPortableAttribute(name: string): boolean {
  return name === "security.capability" || name.startsWith("user.")
}

const opaqueAttribute = "trusted.overlay.opaque"
