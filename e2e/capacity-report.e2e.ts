import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"

interface Now {
  resources: { resource: string; capacity: number; reserve: number; allocatable: number }[]
}

const GIB = 2 ** 30

test("the capacity report opens by its address, has the figures of the API with their units, and prints without the shell", async ({
  console: page,
  playwright,
  product,
}) => {
  const operator = await signedInRequest(playwright.request, product)
  const { resources } = await callAs<Now>(operator, "overprovisioning.now", undefined, "query")
  await operator.dispose()
  const capacityOf = (resource: string) => resources.find((line) => line.resource === resource)?.capacity ?? Number.NaN

  await page.goto(`${product.url}/overprovisioning/report?days=90`)
  const report = page.getByRole("article", { name: "Capacity report" })
  await expect(report.getByText(/^90 days, /)).toBeVisible()
  await expect(page.getByRole("button", { name: "Last 90 days" })).toHaveAttribute("aria-pressed", "true")

  await test.step("capacities are those of the API", async () => {
    const cells = report
      .getByRole("table")
      .first()
      .getByRole("row", { name: /^Capacity/ })
      .getByRole("cell")
    const [memory = "", cpu = "", , processes = ""] = await cells.allInnerTexts()
    expect(memory).toMatch(/GiB$/)
    expect(Math.abs(Number(memory.replace(/[^\d.]/g, "")) - capacityOf("memory") / GIB)).toBeLessThan(0.06)
    expect(cpu).toMatch(/cores?$/)
    expect(Number(cpu.replace(/[^\d.]/g, ""))).toBeCloseTo(capacityOf("cpu"), 1)
    expect(processes).toBe(capacityOf("pids").toLocaleString("en"))
  })

  await test.step("what a figure means is said to the keyboard too", async () => {
    await page.goto(`${product.url}/overprovisioning`)
    await page.getByRole("columnheader", { name: "Headroom" }).getByRole("button").focus()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Tab")
    await expect(page.getByText("Load line less sold. Negative: too much was sold.")).toBeVisible()
  })

  await test.step("on paper there is the report and nothing of the shell", async () => {
    await page.goto(`${product.url}/overprovisioning/report`)
    await expect(report.getByText(/^30 days, /)).toBeVisible()
    await page.emulateMedia({ media: "print", colorScheme: "dark" })
    await expect(page.getByRole("heading", { level: 1, name: "Capacity report" })).toBeVisible()
    await expect(page.getByText(/^Made /)).toBeVisible()
    await expect(page.getByRole("navigation")).toHaveCount(0)
    await expect(page.getByRole("button", { name: "Print or save as PDF" })).toBeHidden()
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-")
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(1)
  })
})
