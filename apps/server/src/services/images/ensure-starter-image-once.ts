import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { ContainerEngine } from "@plimsoll/runtime"

/**
 * Puts the starter image into an engine's store on the very first start. An operator who removes it later has removed it:
 * a mark in the data directory remembers that it was made.
 */
export async function ensureStarterImageOnce(
  engine: ContainerEngine,
  options: { dataDirectory: string; make: (engine: ContainerEngine) => Promise<unknown> },
): Promise<"made" | "kept"> {
  const mark = join(options.dataDirectory, "starter-image-made")
  if (existsSync(mark)) return "kept"
  await options.make(engine)
  await writeFile(mark, `${new Date().toISOString()}\n`, { mode: 0o600 })
  return "made"
}
