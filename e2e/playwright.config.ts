import { defineConfig } from "@playwright/test"

const chromium = process.env.PLIMSOLL_CHROMIUM ?? "/usr/bin/chromium"
const report = process.env.PLIMSOLL_E2E_REPORT

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.e2e.ts",
  outputDir: "../test-results",
  // Each file starts a product of its own; more at once would measure the machine, not the product.
  workers: 1,
  fullyParallel: false,
  // As in vitest.config.ts: what passes only when tried again is listed at the end of npm test.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: report ? [["list"], ["json", { outputFile: report }]] : [["list"]],
  use: {
    // What cannot be clicked fails with its reason, long before its test's time is over.
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    colorScheme: "light",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium,
      // Chromium's own sandbox refuses to run as root; the pages shown are ours alone.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
})
