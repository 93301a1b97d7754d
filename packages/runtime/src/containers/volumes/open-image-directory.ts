import { closeSync, constants, openSync } from "node:fs"
import { errnoOf } from "../../errors.js"
import { O_DIRECTORY, O_PATH, openInRoot } from "../../kernel/open-in-root.js"

/**
 * A descriptor (caller closes) of what the image has at `target`; undefined when it has no directory there. The image decides what lies on
 * the way: its links must not lead out of its root.
 */
export function openImageDirectory(rootfs: string, target: string): number | undefined {
  const rootFd = openSync(rootfs, constants.O_RDONLY | O_DIRECTORY)
  try {
    return openInRoot({ rootFd, path: target, flags: O_PATH | O_DIRECTORY })
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === "ENOENT" || errno === "ENOTDIR") return undefined
    throw error
  } finally {
    closeSync(rootFd)
  }
}
