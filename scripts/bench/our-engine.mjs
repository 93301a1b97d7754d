import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createEngine, purgeEngine } from "@plimsoll/runtime"
import { baseImageTar } from "./base-image.mjs"

export const IMAGE = "bench:1"

/** An engine with directories of its own and the image loaded; `close` takes all of it off the host. */
export async function openEngine() {
  const root = mkdtempSync("/var/tmp/plimsoll-bench-")
  const runDirectory = mkdtempSync("/run/plimsoll-bench-")
  // Container root is an unprivileged user of the host and must get through to its files.
  for (const directory of [root, runDirectory]) chmodSync(directory, 0o711)
  const engine = await createEngine({ root, runDirectory, criu: process.env.PLIMSOLL_CRIU || undefined })
  const tar = baseImageTar()
  await engine.images.importRootfs(tar.stdout, { reference: IMAGE })
  return {
    engine,
    root,
    async close() {
      await engine.close()
      await purgeEngine({ root, runDirectory })
      rmSync(root, { recursive: true, force: true })
      rmSync(runDirectory, { recursive: true, force: true })
    },
  }
}
