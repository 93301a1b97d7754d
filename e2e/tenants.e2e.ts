import { readFile } from "node:fs/promises"
import type { Locator, Page } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"

test.use({ productFor: "tenants" })

test("a plan and a tenant are made, a plan smaller than use is refused, the tenant is suspended and goes on, metering and audit tell of it", async ({
  console: page,
  playwright,
  product,
}) => {
  // Ten pages and a minute of metering: long on a busy machine.
  test.setTimeout(300_000)

  await test.step("a plan, by its form; what makes no sense is told beside its field", async () => {
    await goTo(page, "Plans")
    await expect(page.getByText("No plans yet")).toBeVisible()
    await page.getByRole("button", { name: "Create a plan" }).click()
    const dialog = page.getByRole("dialog", { name: "Create a plan" })
    await dialog.getByRole("textbox", { name: "Name" }).fill("Small")
    await fill(dialog, "Containers", "2")
    await fill(dialog, "CPU, guaranteed", "8")
    await expect(dialog).toContainText("Must not be more than what they may have at most.")
    await fill(dialog, "CPU, guaranteed", "0.1")
    await dialog.getByRole("button", { name: "Create a plan" }).click()
    await expect(dialog).toBeHidden()
    await expect(planRow(page)).toContainText("512 MiB")
    await expect(planRow(page)).toContainText("none")
  })

  await test.step("a tenant on it", async () => {
    await goTo(page, "Tenants")
    await page.getByRole("button", { name: "Create a tenant" }).first().click()
    const dialog = page.getByRole("dialog", { name: "Create a tenant" })
    await dialog.getByRole("textbox", { name: "Name" }).fill("Acme!")
    await expect(dialog).toContainText("Begins with a lower-case letter or digit")
    await dialog.getByRole("textbox", { name: "Name" }).fill("acme")
    await dialog.getByRole("textbox", { name: "Title" }).fill("Acme Shops")
    await expect(dialog.getByRole("combobox", { name: "Plan" })).toContainText("Small")
    await dialog.getByRole("button", { name: "Create a tenant" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "Acme Shops" })).toBeVisible()
    await expect(page.getByText("On the plan Small")).toBeVisible()
  })

  await test.step("what it runs stands in its line and on its page", async () => {
    const operator = await signedInRequest(playwright.request, product)
    for (const name of ["shop", "queue"]) {
      const { id } = await callAs<{ id: string }>(operator, "containers.create", {
        name,
        image: "plimsoll/starter",
        tenant: "acme",
        command: ["sh", "-c", "while :; do sleep 1; done"],
      })
      await callAs(operator, "containers.start", { id })
    }
    await operator.dispose()
    await expect(page.getByRole("img", { name: "containers: 100 % of the plan" })).toBeVisible()
    await expect(page.getByRole("region", { name: "Containers" })).toContainText("shop")
    await goTo(page, "Tenants")
    await expect(tenantRow(page)).toContainText("2 / 2")
    await page.getByRole("searchbox", { name: "Filter by name, title or plan" }).fill("nobody of that name")
    await expect(page.getByText("No tenant matches")).toBeVisible()
    await page.getByRole("searchbox", { name: "Filter by name, title or plan" }).fill("shops")
    await expect(tenantRow(page)).toBeVisible()
    await expect(page).toHaveURL(/q=shops/)
  })

  await test.step("a plan smaller than what is used is refused with what is in the way; a larger one holds at once", async () => {
    await goTo(page, "Plans")
    await page.getByRole("button", { name: "Small", exact: true }).click()
    const dialog = page.getByRole("dialog", { name: "Change Small" })
    await fill(dialog, "Containers", "1")
    await expect(dialog.getByRole("status")).toContainText("Applies at once to 1 tenant")
    await dialog.getByRole("button", { name: "Save" }).click()
    await expect(dialog.getByRole("alert")).toContainText("The plan was not changed")
    await expect(dialog).toContainText("acme · Containers: 2 in use, 1 would be given")
    await fill(dialog, "Containers", "4")
    await dialog.getByRole("button", { name: "Save" }).click()
    await expect(dialog).toBeHidden()
    await expect(planRow(page)).toContainText("4 containers")
  })

  await test.step("a plan in use cannot be lost, and a copy of it is a click away", async () => {
    await page.getByRole("button", { name: "Actions of Small" }).click()
    const remove = page.getByRole("menuitem", { name: /^Remove…/ })
    await expect(remove).toBeDisabled()
    await expect(remove).toContainText("1 tenant has it. Give it another plan first.")
    await page.getByRole("menuitem", { name: "Duplicate…" }).click()
    const dialog = page.getByRole("dialog", { name: "Create a plan" })
    await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Copy of Small")
    await expect(field(dialog, "Containers")).toHaveValue("4")
    await dialog.getByRole("button", { name: "Cancel" }).click()
  })

  await test.step("suspended, it stands still and says why; resumed, it goes on", async () => {
    await planRow(page)
      .getByRole("link", { name: /tenants have Small/ })
      .click()
    await tenantRow(page).getByRole("link", { name: "Acme Shops" }).click()
    // The list has a menu of that name too, until the tenant's page is there.
    await expect(page.getByRole("heading", { level: 1, name: "Acme Shops" })).toBeVisible()
    await page.getByRole("button", { name: "Actions of acme" }).click()
    await page.getByRole("menuitem", { name: "Suspend…" }).click()
    const dialog = page.getByRole("alertdialog", { name: "Suspend acme?" })
    await expect(dialog).toContainText("Its 2 running containers stop at once")
    await dialog.getByRole("textbox", { name: "Reason" }).fill("unpaid since October")
    await dialog.getByRole("button", { name: "Suspend", exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText("Suspended: nothing of it runs, and nothing can be started")).toBeVisible()
    await expect(page.getByText("Reason: unpaid since October")).toBeVisible()
    await expect(page.getByRole("link", { name: "Containers: 0 of 2 running" })).toBeVisible()
    await page.getByRole("button", { name: "Resume", exact: true }).click()
    await expect(page.getByText("Suspended: nothing of it runs, and nothing can be started")).toBeHidden()
    await expect(page.getByRole("link", { name: "Containers: 2 of 2 running" })).toBeVisible()
  })

  await test.step("its removal says what goes and when, and can be taken back", async () => {
    await page.getByRole("button", { name: "Actions of acme" }).click()
    await page.getByRole("menuitem", { name: "Remove…" }).click()
    const dialog = page.getByRole("alertdialog", { name: "Remove acme?" })
    await expect(dialog).toContainText("2 containers with their files and logs")
    await expect(dialog.getByRole("button", { name: "Remove", exact: true })).toBeDisabled()
    await dialog.getByRole("textbox", { name: "Type “acme” to confirm" }).fill("acme")
    await dialog.getByRole("button", { name: "Remove", exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText(/^Leaving: all of it goes on/)).toBeVisible()
    await page.getByRole("button", { name: "Keep it" }).click()
    await expect(page.getByText(/^Leaving: all of it goes on/)).toBeHidden()
  })

  await test.step("metering has its hours, as a table, as charts and as a file", async () => {
    const row = page.getByRole("region", { name: "Metering" }).getByRole("row").filter({ hasText: "acme" })
    // What is measured is written down once a minute.
    await expect(async () => {
      await page.goto(`${product.url}/metering`)
      await expect(row).toBeVisible({ timeout: 20_000 })
    }).toPass({ timeout: 150_000 })
    const csv = await downloadOf(page, () => page.getByRole("link", { name: "CSV" }).click())
    expect(csv).toContain("acme,")
    await row.getByRole("button", { name: "acme" }).click()
    await expect(page).toHaveURL(/tenant=acme/)
    await expect(page.getByRole("region", { name: /^Memory, GiB-hours of acme/ })).toBeVisible()
  })

  await test.step("the audit says who did what, what was refused, and can be kept as a file", async () => {
    await goTo(page, "Events")
    await page.getByRole("button", { name: "Audit", exact: true }).click()
    await expect(page).toHaveURL(/kind=audit/)
    const events = page.getByRole("region", { name: "Events" })
    const suspended = events.getByRole("listitem").filter({ hasText: "suspended a tenant" })
    await expect(suspended).toContainText("acme")
    await expect(suspended).toContainText("by operator from 127.0.0.1")
    await page.getByRole("combobox", { name: /^Result/ }).click()
    await page.getByRole("option", { name: "refused" }).click()
    await page.keyboard.press("Escape")
    await expect(suspended).toHaveCount(0)
    await expect(events.getByRole("listitem").filter({ hasText: "changed a plan" })).toHaveCount(1)
    await page.getByRole("button", { name: "Download" }).click()
    const csv = await downloadOf(page, () => page.getByRole("menuitem", { name: "As CSV" }).click())
    expect(csv).toContain("plans.change,refused,operator")
    expect(csv).not.toContain("tenants.suspend")
  })
})

async function goTo(page: Page, name: "Plans" | "Tenants" | "Events"): Promise<void> {
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name, exact: true }).click()
}

function planRow(page: Page): Locator {
  return page.getByRole("region", { name: "Plans" }).getByRole("row").filter({ hasText: "Small" })
}

function tenantRow(page: Page): Locator {
  return page.getByRole("region", { name: "Tenants" }).getByRole("row").filter({ hasText: "Acme Shops" })
}

function field(dialog: Locator, name: string): Locator {
  return dialog.getByRole("textbox", { name, exact: true })
}

async function fill(dialog: Locator, name: string, value: string): Promise<void> {
  await field(dialog, name).fill(value)
  await field(dialog, name).blur()
}

/** What is in the file that the browser is given. */
async function downloadOf(page: Page, ask: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), ask()])
  return readFile(await download.path(), "utf8")
}
