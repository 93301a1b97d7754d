import { statSync } from "node:fs"
import { dirname } from "node:path"
import { EngineError } from "../errors.js"

const ANY_SEARCH = 0o001

/** `unsupported` unless everybody may go through the directories that lead to the path: CRIU mounts it again as a user of the container's, who is nobody on the host. */
export function requireReachable(path: string): void {
  for (let directory = dirname(path); directory !== "/"; directory = dirname(directory)) {
    if ((statSync(directory).mode & ANY_SEARCH) !== 0) continue
    throw new EngineError("unsupported", {
      facts: { path, directory },
      publicMessage: `${path} is mounted in it, and ${directory} is closed to others than its owner: CRIU could not mount it again. \`chmod o+x\` opens the way without showing what is in it.`,
    })
  }
}
