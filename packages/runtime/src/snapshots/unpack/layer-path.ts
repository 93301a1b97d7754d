import { archiveUnsafe, printable } from "../../spec/tar/tar-errors.js"

/**
 * The parts of an entry's name, each byte as one character (latin1), so that names that are not UTF-8 survive. `[]` is the root itself.
 * Throws `archive_unsafe` for absolute names, `..`, and names that are too long for Linux.
 */
export function layerPath(name: Buffer): string[] {
  if (name[0] === slash)
    throw archiveUnsafe("it names an absolute path; make it with names relative to its root", { name: printable(name) })
  return relativeParts(name)
}

/** The parts of a hard link's target, which some writers begin with `/`: it means the archive's root all the same. */
export function linkTargetPath(name: Buffer): string[] {
  return relativeParts(name)
}

/** Directory and last part. */
export function splitLast(parts: readonly string[]): { parents: readonly string[]; last: string } {
  return { parents: parts.slice(0, -1), last: parts[parts.length - 1] ?? "" }
}

/** The kernel's PATH_MAX is 4,096 with the store's own directory before it. */
export const maximumPathBytes = 3800
const maximumPartBytes = 255
const slash = 0x2f

function relativeParts(name: Buffer): string[] {
  if (name.length > maximumPathBytes) throw archiveUnsafe(`a path is longer than ${maximumPathBytes} bytes`, { name: printable(name) })
  if (name.includes(0)) throw archiveUnsafe("a name contains a NUL byte", { name: printable(name) })
  const parts = name
    .toString("latin1")
    .split("/")
    .filter((part) => part !== "" && part !== ".")
  if (parts.includes("..")) throw archiveUnsafe("a path climbs out with ..", { name: printable(name) })
  if (parts.some((part) => part.length > maximumPartBytes))
    throw archiveUnsafe(`a name is longer than ${maximumPartBytes} bytes`, { name: printable(name) })
  return parts
}
