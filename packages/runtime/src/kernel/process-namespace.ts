import { closeSync, openSync } from "node:fs"
import { errnoOf } from "../errors.js"
import { isSameProcessAlive, type ProcessIdentity } from "./process-stat.js"

/** A namespace that is held open: it stays this one, whatever becomes of the process and its pid. */
export interface HeldNamespace {
  fd: number
  /** Names the descriptor for other processes of the host as long as it is open. */
  path: string
  close(): void
}

/**
 * Opens a namespace of exactly this process. That the process lives, by its start time, is looked at after the opening: a pid cannot have come to mean
 * another one before. Undefined when the process is gone or a zombie, or the kernel has no namespace of the kind. The caller closes it.
 */
export function holdNamespace(identity: ProcessIdentity, kind: string): HeldNamespace | undefined {
  const fd = openIfThere(`/proc/${identity.pid}/ns/${kind}`)
  if (fd === undefined) return undefined
  if (isSameProcessAlive(identity.pid, identity.startTicks)) {
    return { fd, path: `/proc/${process.pid}/fd/${fd}`, close: () => closeSync(fd) }
  }
  closeSync(fd)
  return undefined
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r")
  } catch (error) {
    // ESRCH: it ended while it was opened. A zombie has no namespaces any more.
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return undefined
    throw error
  }
}
