import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findChromium } from "./find-chromium.mjs"
import { findPostgresql } from "./find-postgresql.mjs"
import { repository } from "./repository.mjs"
import { runCommand } from "./run-command.mjs"

const bin = (name) => join(repository, "node_modules/.bin", name)
const node = process.execPath

/**
 * The checks in their order. `run` resolves with `{ passed, failed, output, skipped, retried }`: a check that is no test suite counts as one;
 * `retried` names the tests that failed once and passed when they were tried again, each with how it had failed.
 * `impossible` says why a check cannot run on this host, or undefined. Those of one `lane` run one after the other, lanes side by side.
 */
export const steps = [
  { name: "format", title: "Format", run: () => check(bin("biome"), ["check", "--linter-enabled=false", "."]) },
  { name: "lint", title: "Lint, with types", run: lint },
  { name: "boundaries", title: "Boundaries between rooms", run: () => check(node, ["scripts/boundaries.mjs"]) },
  { name: "unused", title: "Unused code", run: () => check(bin("knip"), ["--no-config-hints"]) },
  { name: "types", title: "Types", run: () => check(bin("tsc"), ["-b"]) },
  { name: "unit", title: "Unit tests", run: () => vitest("unit") },
  {
    name: "postgresql",
    title: "Unit tests of the database on PostgreSQL",
    lane: "kernel",
    impossible: needsPostgresql,
    run: () => vitest("postgresql"),
  },
  {
    name: "integration",
    title: "Integration tests on the real kernel",
    lane: "kernel",
    impossible: needsRoot,
    run: () => vitest("integration"),
  },
  {
    name: "integration",
    title: "Integration tests with swap",
    lane: "swap",
    impossible: needsRoot,
    run: () => vitest("integration-swap"),
  },
  {
    name: "integration",
    title: "Integration test of fifty kills",
    lane: "swap",
    impossible: needsRoot,
    run: () => vitest("integration-kills"),
  },
  {
    name: "e2e",
    title: "End-to-end tests with swap",
    lane: "swap",
    impossible: needsChromium,
    // A place of its own for what is left of a failure: Playwright empties it at its start.
    run: () => playwright("--grep", "@swap", "--output", "test-results/swap"),
  },
  {
    name: "integration-postgresql",
    title: "Integration tests on PostgreSQL",
    lane: "kernel",
    impossible: () => needsRoot() ?? needsPostgresql(),
    run: () => vitest("integration-postgresql"),
  },
  { name: "e2e", title: "End-to-end tests in Chromium", impossible: needsChromium, run: () => playwright("--grep-invert", "@swap") },
]

async function lint() {
  const both = [await check(bin("biome"), ["lint", "."]), await check(bin("oxlint"), ["--type-aware", "--deny-warnings"])]
  const failed = both.some((one) => one.failed > 0)
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: [], output: both.map((one) => one.output).join("") }
}

async function check(command, args) {
  const { code, output } = await runCommand(command, args)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], output }
}

function needsRoot() {
  return process.getuid() === 0 ? undefined : "it makes containers, mounts and links: run npm test as root"
}

function needsPostgresql() {
  return findPostgresql() ? undefined : "there is no PostgreSQL: apt-get install -y postgresql"
}

function needsChromium() {
  if (needsRoot()) return needsRoot()
  return findChromium() ? undefined : `there is no Chromium${process.env.PLIMSOLL_CHROMIUM ? ` at ${process.env.PLIMSOLL_CHROMIUM}` : ""}`
}

function vitest(project) {
  return withReport(async (report) => {
    const { code, output } = await runCommand(
      bin("vitest"),
      ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
      {
        env: { ...process.env, NO_COLOR: "1" },
        timeoutMs: 50 * 60_000,
      },
    )
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [], output }
    const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(readFileSync(report, "utf8"))
    const skipped = testResults
      .flatMap((file) => file.assertionResults.filter(({ status }) => status === "pending" || status === "skipped"))
      .map(({ fullName }) => fullName)
    const retried = testResults
      .flatMap((file) => file.assertionResults.filter(({ status, failureMessages }) => status === "passed" && failureMessages.length > 0))
      .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages[0])}`)
    // A file that could not be loaded, or an error outside of a test, has no failed test of its own.
    const failed = numFailedTests > 0 ? numFailedTests : code === 0 ? 0 : Math.max(1, numFailedTestSuites)
    return { passed: numPassedTests, failed, skipped, retried, output }
  })
}

function playwright(...args) {
  return withReport(async (report) => {
    const { code, output } = await runCommand(bin("playwright"), ["test", "--config", "e2e/playwright.config.ts", ...args], {
      env: { ...process.env, NO_COLOR: "1", PLIMSOLL_E2E_REPORT: report, PLIMSOLL_CHROMIUM: findChromium() },
      timeoutMs: 50 * 60_000,
    })
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [], output }
    const { stats, suites } = JSON.parse(readFileSync(report, "utf8"))
    const failed = stats.unexpected > 0 ? stats.unexpected : code === 0 ? 0 : 1
    const specs = specsOf(suites)
    const skipped = specs.filter(({ tests }) => tests.some(({ status }) => status === "skipped")).map(({ title }) => title)
    const retried = specs
      .filter(({ tests }) => tests.some(({ status }) => status === "flaky"))
      .map(({ title, tests }) => `${title}: ${firstLine(tests[0]?.results[0]?.error?.message)}`)
    return { passed: stats.expected + stats.flaky, failed, skipped, retried, output }
  })
}

function specsOf(suites) {
  return suites.flatMap((suite) => [...(suite.specs ?? []), ...specsOf(suite.suites ?? [])])
}

function firstLine(message = "") {
  return message.split("\n", 1)[0]
}

async function withReport(run) {
  const directory = mkdtempSync(join(tmpdir(), "npm-test-"))
  try {
    return await run(join(directory, "report.json"))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
