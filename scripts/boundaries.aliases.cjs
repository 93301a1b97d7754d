// How imports between workspaces resolve for the boundary check: to sources, so that it needs no build.
const { join } = require("node:path")
const source = (path) => join(__dirname, "..", path)

module.exports = {
  resolve: {
    alias: {
      "@plimsoll/runtime/conformance$": source("packages/runtime/src/conformance/index.ts"),
      "@plimsoll/runtime/testing$": source("packages/runtime/src/docker-engine/testing/test-daemon.ts"),
      "@plimsoll/runtime$": source("packages/runtime/src/index.ts"),
      "@plimsoll/server/contract$": source("apps/server/src/contract/index.ts"),
      "@plimsoll/server/load-line$": source("apps/server/src/services/load-line/index.ts"),
      "@plimsoll/server$": source("apps/server/src/routers/app-router.ts"),
      "@": source("apps/web/src"),
    },
  },
}
