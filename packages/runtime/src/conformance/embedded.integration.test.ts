import { chmod, mkdtemp, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { createEngine } from "../embedded/create-engine.js"
import { purgeEngine } from "../embedded/purge-engine.js"
import { engineConformance } from "./engine-conformance.js"
import type { EngineUnderTest } from "./harness.js"
import { testCriu } from "./test-criu.js"

engineConformance(openEmbeddedEngine, { name: "the embedded engine" })

/** An embedded engine in a new directory of its own; `dispose` leaves nothing of it on the host. */
async function openEmbeddedEngine(): Promise<EngineUnderTest> {
  const directory = await mkdtemp("/var/tmp/plimsoll-test-")
  // Containers' users pass through it on the way to their files.
  await chmod(directory, 0o711)
  const options = { root: join(directory, "engine"), runDirectory: join("/run", basename(directory)), ...testCriu() }
  let engine = await createEngine(options)
  return {
    engine,
    reopen: async () => {
      await engine.close()
      engine = await createEngine(options)
      return engine
    },
    dispose: async () => {
      try {
        await engine.close()
        await purgeEngine(options)
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  }
}
