import { it } from "vitest"
import { createDockerEngine } from "../docker-engine/create-docker-engine.js"
import { installed, testPodman } from "../docker-engine/testing/test-daemon.js"
import { engineConformance } from "./engine-conformance.js"
import type { EngineUnderTest } from "./harness.js"

if (installed("podman") === undefined)
  it.skip("Podman's Docker API passes the suite (skipped: podman is not installed, apt-get install podman netavark)")
else engineConformance(openPodmanEngine, { name: "Podman's Docker API" })

/** A Podman service of the test's own behind the driver; `dispose` leaves nothing of it on the host. */
async function openPodmanEngine(): Promise<EngineUnderTest> {
  const daemon = await testPodman()
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
