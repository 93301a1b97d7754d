import { closeSync, constants, openSync } from "node:fs"
import { posix } from "node:path"
import { EngineError, errnoOf } from "../../errors.js"
import { O_PATH, openInRoot } from "../../kernel/open-in-root.js"

/** A name in a directory that is held open: `source` names the entry itself, with no link on the way that could still change. */
export interface ResolvedName {
  directoryFd: number
  /** `/proc/self/fd/N/name` */
  source: Buffer
  /** Last part of the path; `/` for the root itself. */
  name: string
  /** Absolute, as the container sees it, without `.` and doubled slashes. */
  path: string
  [Symbol.dispose](): void
}

/** Opens a container's root; close it with `using`. Rejects with `not_found`. */
export function openRoot(root: string): { fd: number; [Symbol.dispose](): void } {
  try {
    const fd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
    return { fd, [Symbol.dispose]: () => closeSync(fd) }
  } catch (error) {
    throw pathError(error, root)
  }
}

/** The entry at a path, a link in its last part not followed, links before it followed inside of the root. Throws `not_found`, `invalid_argument`. */
export function resolveName(rootFd: number, path: string): ResolvedName {
  checkPath(path)
  const absolute = absolutePath(path)
  // A slash at the end asks for what a link leads to; `.` and `..` have no name of their own.
  const whole = /(?:^|\/)(?:\.{1,2})?$/.test(path)
  const directory = whole ? path : posix.dirname(path)
  const name = posix.basename(absolute) || "/"
  const directoryFd = openDirectory(rootFd, directory)
  const last = whole ? "." : posix.basename(path)
  return {
    directoryFd,
    source: Buffer.from(`/proc/self/fd/${directoryFd}/${last}`),
    name,
    path: absolute,
    [Symbol.dispose]: () => closeSync(directoryFd),
  }
}

/** A descriptor (caller closes) of the directory at a path, links followed inside of the root. Throws `not_found`, or `invalid_argument` for a file. */
export function openDirectory(rootFd: number, path: string | Buffer): number {
  try {
    return openInRoot({ rootFd, path: path.length === 0 ? "." : path, flags: constants.O_RDONLY | constants.O_DIRECTORY })
  } catch (error) {
    throw pathError(error, path.toString())
  }
}

/** A descriptor (caller closes) that only names the file at a path, links followed inside of the root. */
export function openPath(rootFd: number, path: string): number {
  checkPath(path)
  return openInRoot({ rootFd, path, flags: O_PATH })
}

/** `a//b/./c/` → `/a/b/c`. `..` is left to the kernel: lexically it would be wrong behind a link. */
export function absolutePath(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`
}

/** Errors of system calls inside of a container's root, for people. */
export function pathError(error: unknown, path: string): Error {
  const errno = errnoOf(error)
  const shown = path.slice(0, 200)
  const facts = { path: shown, errno }
  if (errno === "ENOENT")
    return new EngineError("not_found", { facts, cause: error, publicMessage: `There is no ${shown} in the container.` })
  if (errno === "ENOTDIR")
    return new EngineError("invalid_argument", { facts, cause: error, publicMessage: `${shown} is no directory, or a part of it is none.` })
  if (errno === "ELOOP")
    return new EngineError("invalid_argument", {
      facts,
      cause: error,
      publicMessage: `The links on the way to ${shown} go in a circle or into the kernel's own files.`,
    })
  if (errno === "ENAMETOOLONG")
    return new EngineError("invalid_argument", { facts, cause: error, publicMessage: "The path is longer than Linux takes." })
  return error instanceof Error ? error : new EngineError("internal", { facts, cause: error })
}

function checkPath(path: string): void {
  if (path.includes("\0"))
    throw new EngineError("invalid_argument", { facts: { path: path.slice(0, 200) }, publicMessage: "A path contains a NUL byte." })
  if (Buffer.byteLength(path) > 4095)
    throw new EngineError("invalid_argument", { facts: { bytes: path.length }, publicMessage: "The path is longer than Linux takes." })
}
