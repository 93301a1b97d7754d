import { rm } from "node:fs/promises"
import { errnoOf } from "../errors.js"
import { spawnTool } from "../kernel/spawn-tool.js"

/**
 * Removes a directory with all that is below it. Resolving means that it is not there. Never follows links, never
 * crosses into a mount. A tree deeper than the longest path (a container can make one) is removed too.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    if (errnoOf(error) !== "ENAMETOOLONG" && errnoOf(error) !== "ENOTEMPTY") throw error
    await spawnTool("rm", ["--recursive", "--force", "--one-file-system", "--", path], { timeoutMs: 0 })
  }
}
