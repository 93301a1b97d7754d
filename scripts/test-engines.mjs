// npm run test:engines: the one conformance suite on all three engines in one run: embedded, a Docker Engine, Podman's Docker API.
import { runSuite } from "./lib/run-suite.mjs"

await runSuite({
  title: "Every engine passes the suite",
  purposes: ["integration", "engines"],
  args: ["--project", "integration", "--project", "integration-swap", "--project", "podman", "packages/runtime/src/conformance"],
})
