import { accessSync, constants, statSync } from "node:fs"
import { join } from "node:path"

/** Directories searched for host tools. Fixed, so that the caller's PATH decides nothing that runs as root. */
export const toolPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** Absolute path of an executable, or undefined when it is not installed. */
export function findTool(name: string, path = toolPath): string | undefined {
  return path
    .split(":")
    .map((directory) => join(directory, name))
    .find(isExecutableFile)
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Absent or not executable: both mean "look further".
    return false
  }
}
