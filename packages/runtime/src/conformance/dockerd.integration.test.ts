import { it } from "vitest"
import { createDockerEngine } from "../docker-engine/create-docker-engine.js"
import { installed, testDockerd } from "../docker-engine/testing/test-daemon.js"
import { engineConformance } from "./engine-conformance.js"
import type { EngineUnderTest } from "./harness.js"

if (installed("dockerd") === undefined)
  it.skip("a Docker Engine passes the suite (skipped: dockerd is not installed, apt-get install docker.io)")
else engineConformance(openDockerEngine, { name: "a Docker Engine" })

/** A dockerd of the test's own behind the driver; `dispose` leaves nothing of it on the host. */
async function openDockerEngine(): Promise<EngineUnderTest> {
  const daemon = await testDockerd()
  const open = () => createDockerEngine({ endpoint: { kind: "unix", path: daemon.socket } })
  let engine = open()
  return {
    engine,
    reopen: async () => {
      await engine.close()
      engine = open()
      return engine
    },
    dispose: async () => {
      await engine.close()
      await daemon.dispose()
    },
  }
}
