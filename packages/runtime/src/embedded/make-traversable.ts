import { chmodSync, mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { EngineError } from "../errors.js"

const ANYBODY_MAY_ENTER = 0o001

/**
 * Makes the directory one that a container's root, another user on the host, can come through to its own files (without seeing
 * what else is here). Directories above it are not ours to change: throws `engine_unavailable` with the remedy when one is closed.
 */
export function makeTraversable(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  chmodSync(directory, (statSync(directory).mode & 0o7777) | 0o111)
  for (let parent = dirname(directory); parent !== dirname(parent); parent = dirname(parent)) {
    if ((statSync(parent).mode & ANYBODY_MAY_ENTER) !== 0) continue
    throw new EngineError("engine_unavailable", {
      facts: { directory, closed: parent, remedy: `chmod o+x ${parent}` },
      publicMessage: `Containers' users cannot come to ${directory}, because ${parent} lets only its owner in.`,
    })
  }
}
