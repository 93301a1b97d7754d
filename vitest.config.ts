import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Sources, not builds: a test never runs yesterday's dist.
const alias = [
  { find: /^@plimsoll\/runtime$/, replacement: here("packages/runtime/src/index.ts") },
  { find: /^@plimsoll\/runtime\/conformance$/, replacement: here("packages/runtime/src/conformance/index.ts") },
  { find: /^@plimsoll\/runtime\/testing$/, replacement: here("packages/runtime/src/docker-engine/testing/test-daemon.ts") },
  { find: /^@plimsoll\/server\/contract$/, replacement: here("apps/server/src/contract/index.ts") },
  { find: /^@plimsoll\/server\/load-line$/, replacement: here("apps/server/src/services/load-line/index.ts") },
  { find: /^@\//, replacement: here("apps/web/src/") },
]
const sources = "{packages,apps}/*/src/**"
const ours = [`${sources}/*.test.ts`, `${sources}/*.test.tsx`, "scripts/**/*.test.mjs", "prisma/**/*.test.ts"]
const integration = [`${sources}/*.integration.test.ts`, "scripts/**/*.integration.test.mjs"]
// What gives the whole host swap and takes it off again, looks at how full the host is, or must be short of memory and not swap: never two at once.
const withSwap = [
  "packages/runtime/src/conformance/embedded.integration.test.ts",
  "packages/runtime/src/embedded/naps.integration.test.ts",
  "apps/server/src/{ladder,*-faults}.integration.test.ts",
  "apps/server/src/testing/isolation/exhaustion.integration.test.ts",
  "scripts/{demo-tenfold,zram/zram}.integration.test.mjs",
]
// So long that npm test runs it beside the others.
const kills = ["apps/server/src/server-crash.integration.test.ts"]
// By hand, not by npm test: Podman 4.3's service locks up or leaves containers behind now and then, whoever talks to it.
const podman = [`${sources}/podman.integration.test.ts`]
// By npm run test:software: it needs debootstrap, a Debian mirror and minutes.
const software = [`${sources}/real-software.test.ts`]
// What uses the database, once more over PostgreSQL: each of these files makes its databases by testing/temporary-database or testing/test-server.
const server = "apps/server/src"
const overPostgresql = [
  `${server}/db/*.test.ts`,
  // Of what goes over HTTP, what asks the database for more than one row by its key.
  `${server}/http/{auth-audit,exports,streams}.test.ts`,
  `${server}/services/{admission,audit,events,hosts,metering,metrics,plans,registries,session,settings,tenants}/*.test.ts`,
  `${server}/services/{ladder/ladder,overprovisioning/line}-settings.test.ts`,
]
const onlyPostgresql = [`${server}/db/{move,postgresql}/*.test.ts`, "prisma/postgresql.test.ts"]
const movesToPostgresql = "scripts/move-database.integration.test.mjs"
const integrationOverPostgresql = [`${server}/{tenancy,server-crash}.integration.test.ts`, movesToPostgresql]
const postgresqlSetup = [here("apps/server/src/testing/postgresql-setup.ts")]
// Real kernel, as root: containers, mounts and links. One file at a time, so that counts of what is left mean something.
const onTheKernel = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  teardownTimeout: 60_000,
  // A machine that emulates another one is twenty times slower.
  expect: { poll: { timeout: 20_000 } },
  pool: "forks",
  maxWorkers: 1,
  fileParallelism: false,
} as const

export default defineConfig({
  resolve: { alias },
  test: {
    // A busy machine can lose a race once. What passes only when tried again is listed at the end of npm test.
    retry: 1,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ours,
          exclude: [...integration, ...software, ...onlyPostgresql, "**/node_modules/**", "**/dist/**"],
          testTimeout: 10_000,
          // Loading modules anew for each file takes longer than the tests. What a test changes outside of itself it puts back.
          isolate: false,
          // Files wait as much as they compute: on two cores, too, two at a time.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          name: "postgresql",
          include: [...overPostgresql, ...onlyPostgresql],
          exclude: [...integration, "**/node_modules/**", "**/dist/**"],
          globalSetup: postgresqlSetup,
          testTimeout: 20_000,
          isolate: false,
          hookTimeout: 60_000,
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: integration,
          exclude: [...podman, ...withSwap, ...kills, movesToPostgresql, "**/node_modules/**", "**/dist/**"],
          ...onTheKernel,
        },
      },
      {
        extends: true,
        test: { name: "integration-swap", include: withSwap, exclude: ["**/node_modules/**", "**/dist/**"], ...onTheKernel },
      },
      {
        extends: true,
        test: { name: "integration-kills", include: kills, exclude: ["**/node_modules/**", "**/dist/**"], ...onTheKernel },
      },
      {
        extends: true,
        test: {
          name: "integration-postgresql",
          include: integrationOverPostgresql,
          globalSetup: postgresqlSetup,
          ...onTheKernel,
          // What is left on the kernel is the same; here it is the database that must lose nothing.
          env: { PLIMSOLL_TEST_KILLS: process.env.PLIMSOLL_TEST_KILLS ?? "5" },
        },
      },
      { extends: true, test: { name: "software", include: software, exclude: ["**/node_modules/**", "**/dist/**"], ...onTheKernel } },
      { extends: true, test: { name: "podman", include: podman, exclude: ["**/node_modules/**", "**/dist/**"], ...onTheKernel } },
    ],
  },
})
