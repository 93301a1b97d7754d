import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { AxeResults, RunOptions } from "axe-core"
import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

test.use({ productFor: "overprovisioning" })

test("what was sold of the machine stands on the overview and on its own page, with what still fits of a plan", async ({
  console: page,
  playwright,
  product,
}) => {
  const operator = await signedInRequest(playwright.request, product)
  const lines = await callAs<{ resources: { resource: string }[] }>(operator, "overprovisioning.now", undefined, "query")
  expect(lines.resources.map(({ resource }) => resource)).toEqual(expect.arrayContaining(["memory", "cpu", "disk", "pids"]))
  await operator.dispose()

  await test.step("a plan, by its form", async () => {
    await page.getByRole("link", { name: "Plans" }).click()
    await page.getByRole("button", { name: "Create a plan" }).click()
    const dialog = page.getByRole("dialog", { name: "Create a plan" })
    await dialog.getByRole("textbox", { name: "Name" }).fill("Small")
    await dialog.getByRole("button", { name: "Create a plan" }).click()
    await expect(dialog).toBeHidden()
  })

  await test.step("the overview says once how often memory was sold and what still fits, and draws a hull for each resource", async () => {
    await page.getByRole("link", { name: "Overview" }).click()
    const headline = page.getByRole("heading", { level: 1 })
    await expect(headline).toHaveText(/(Nothing is sold yet|times the memory this machine has).*[\d,]+ more Small plans? fits?\./)
    await expect(page.getByText(/Predicted peak [\d.,]+\s%/)).toBeVisible()
    await expect(page.getByText(/Sold [\d.,]+× the memory/)).toHaveCount(0)
    for (const name of [/^Memory: used/, /^CPU: used/, /^Disk: used/]) await expect(page.getByRole("img", { name })).toBeVisible()
  })

  await test.step("the page has each resource's figures, and what still fits of the plan", async () => {
    await page.getByRole("link", { name: "Overprovisioning" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "Overprovisioning" })).toBeVisible()
    await expect(
      page
        .getByRole("table")
        .filter({ hasText: "Load line" })
        .getByRole("row", { name: /^Processes/ }),
    ).toBeVisible()
    await expect(page.getByRole("row", { name: /^Small \d+/ })).toBeVisible()
    await expect(page.getByText("Nobody naps.")).toBeVisible()
  })

  await test.step("axe finds nothing against WCAG 2.2 AA", async () => {
    await page.evaluate(axeSource)
    const options: RunOptions = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }
    const { violations } = await page.evaluate(
      (run) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(run),
      options,
    )
    expect(violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`))).toEqual([])
  })

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      await test.step(`it does not scroll sideways: ${colorScheme}, ${width} px wide`, async () => {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 900 })
        await expect(page.getByRole("heading", { level: 1, name: "Overprovisioning" })).toBeVisible()
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(
          0,
        )
        const shots = process.env.PLIMSOLL_SHOTS
        if (shots !== undefined) await page.screenshot({ path: `${shots}/overprovisioning-${colorScheme}-${width}.png`, fullPage: true })
      })
    }
  }

  await test.step("what needs attention is said in the language of the page, the API's words stay English", async () => {
    const again = await signedInRequest(playwright.request, product)
    const { remarks } = await callAs<{ remarks: string[] }>(again, "overprovisioning.now", undefined, "query")
    const little = remarks.find((remark) => remark.startsWith("This machine was watched for"))
    expect(little).toContain("a fixed ratio bounds what may be sold")
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole("button", { name: "Account" }).click()
    await page.getByRole("menuitemradio", { name: "Русский" }).click()
    await expect(page.getByText(/^За машиной наблюдали [\d,]+ из 7 дней, нужных прогнозу/)).toBeVisible()
    await expect(page.getByText("This machine was watched for")).toBeHidden()
    await page.getByRole("button", { name: "Учётная запись" }).click()
    await page.getByRole("menuitemradio", { name: "English" }).click()
    await expect(page.getByText(/^This machine was watched for/)).toBeVisible()
    await again.dispose()
  })

  await test.step("where all is kept for the host a sale is refused, and made anyway with a reason, which the audit keeps", async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    const again = await signedInRequest(playwright.request, product)
    await callAs(again, "overprovisioning.changeSettings", { reserve: { cpu: 1_000_000 } })
    await page.getByRole("link", { name: "Tenants" }).click()
    await page.getByRole("button", { name: "Create a tenant" }).first().click()
    const dialog = page.getByRole("dialog", { name: "Create a tenant" })
    await dialog.getByRole("textbox", { name: "Name" }).fill("acme")
    await dialog.getByRole("textbox", { name: "Title" }).fill("Acme Shops")
    await dialog.getByRole("button", { name: "Create a tenant" }).click()
    await expect(dialog.getByRole("alert")).toContainText("load_line_exceeded")
    const anyway = dialog.getByRole("button", { name: "Do it anyway" })
    await expect(anyway).toBeDisabled()
    await dialog.getByRole("textbox", { name: "Reason" }).fill("A second machine comes on Monday")
    await anyway.click()
    await expect(page.getByRole("heading", { level: 1, name: "Acme Shops" })).toBeVisible()
    const events = await callAs<{ events: unknown[] }>(again, "events.list", { kinds: ["audit"], actions: ["tenants.create"] }, "query")
    expect(JSON.stringify(events)).toContain("A second machine comes on Monday")
    await again.dispose()
  })
})
