import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Page } from "@playwright/test"
import type { AxeResults, RunOptions } from "axe-core"
import { expect, test } from "./harness/fixtures.js"

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const paths = [
  "/",
  "/containers",
  "/containers/new",
  "/images",
  "/images/plimsoll%2Fstarter",
  "/registries",
  "/volumes",
  "/networks",
  "/events",
  "/hosts",
  "/hosts/local",
  "/tenants",
  "/plans",
  "/metering",
  "/overprovisioning",
  "/overprovisioning/what-if?theta=0.7&ratio=3",
  "/overprovisioning/report",
  "/overprovisioning/settings",
  "/account",
  "/members",
  "/tokens",
  "/nowhere",
]

/** What axe finds against WCAG 2.2 AA, as `rule: where`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const options: RunOptions = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }
  const results = await page.evaluate(
    (run) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(run),
    options,
  )
  return results.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`))
}

for (const { colorScheme, width } of [
  { colorScheme: "dark", width: 1440 },
  { colorScheme: "light", width: 390 },
] as const) {
  test(`${colorScheme}, ${width} pixels wide: no page breaks WCAG AA, scrolls sideways, or logs an error`, async ({
    console: page,
    product,
  }) => {
    // More than twenty pages, each read whole by axe: minutes on a busy machine.
    test.setTimeout(300_000)
    // What a colour is in the middle of its change breaks no rule, and differs from run to run.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
    await page.setViewportSize({ width, height: 900 })
    const errors: string[] = []
    const reading: Promise<unknown>[] = []
    // The browser logs the 404 of the page that is not there by itself; and that it began a request anew since the host's links changed, as they do while containers of other tests come and go.
    const expected = ["404", "net::ERR_NETWORK_CHANGED"]
    page.on("console", (message) => {
      if (message.type() === "error" && !expected.some((text) => message.text().includes(text)))
        errors.push(`${page.url()}: ${message.text()}`)
    })
    // The browser's own line names no more than the status: what was refused, and in which words, is the other half.
    page.on("response", (response) => {
      if (response.status() < 400 || response.status() === 404) return
      const request = `${page.url()}: ${response.request().method()} ${response.url()} answered ${response.status()}`
      reading.push(
        response.text().then(
          (body) => errors.push(`${request}: ${body.slice(0, 500)}`),
          () => errors.push(request),
        ),
      )
    })
    page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`))
    for (const path of paths) {
      await page.goto(product.url + path)
      await expect(page.getByText("live", { exact: true }).first()).toBeVisible()
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
      const found = await violations(page)
      expect(found, `${path}: ${found.join(" · ")}`).toEqual([])
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
        `${path} scrolls sideways by`,
      ).toBe(0)
    }
    await Promise.all(reading)
    // The first line of a failure is what the summary of all tests shows.
    expect(errors, `logged: ${errors.join(" · ")}`).toEqual([])
  })
}
