import type { Locator, Page } from "@playwright/test"
import { openView, state } from "./harness/container-page.js"
import { startDockerDaemon } from "./harness/docker-daemon.js"
import { expect, test } from "./harness/fixtures.js"

const BUSY = "sh -c 'while :; do i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; sleep 0.2; done'"

test("a Docker Engine is added as a host, its containers live beside ours, it goes grey while it is away and comes back by itself", async ({
  console: page,
  product,
}) => {
  await using daemon = await startDockerDaemon()
  daemon.importBusybox("e2e/busybox")

  await test.step("add it: the test says what it found, and before that why it found nothing", async () => {
    await goTo(page, "Hosts")
    await expect(page.getByText("Only this machine so far")).toBeVisible()
    await page.getByRole("button", { name: "Add host" }).click()
    const dialog = page.getByRole("dialog", { name: "Add a host" })
    await dialog.getByRole("textbox", { name: "Path of the socket" }).fill(`${daemon.socket}.missing`)
    await dialog.getByRole("button", { name: "Test" }).click()
    await expect(dialog.getByRole("alert")).toContainText("The test found no engine")
    await dialog.getByRole("textbox", { name: "Path of the socket" }).fill(daemon.socket)
    await dialog.getByRole("button", { name: "Test" }).click()
    await expect(dialog.getByRole("status")).toContainText(/Docker \d+\.\d+.* answers/)
    await expect(dialog.getByRole("status")).toContainText("no containers, 1 image")
    await dialog.getByRole("textbox", { name: "Name" }).fill("second")
    await dialog.getByRole("button", { name: "Add", exact: true }).click()
    await expect(dialog).toBeHidden()
    const row = page.getByRole("region", { name: "Hosts" }).getByRole("row").filter({ hasText: daemon.socket })
    await expect(row).toContainText("second")
    await expect(row).toContainText("connected")
  })

  await test.step("a container on each, created in the same form", async () => {
    await create(page, { host: "second", image: "e2e/busybox", name: "on-second" })
    await expect(state(page).getByRole("link", { name: "second", exact: true })).toBeVisible()
    await create(page, { host: null, image: "plimsoll/starter", name: "on-first" })
    await page.goto(`${product.url}/containers`)
    for (const name of ["on-first", "on-second"]) await expectFiguresToMove(rowOf(page, name))
    await expect(rowOf(page, "on-second")).toContainText("second")
  })

  await test.step("events say the host, and are filtered by it", async () => {
    await page.goto(`${product.url}/events`)
    const events = page.getByRole("region", { name: "Events" })
    // The engine's own word; the audit of who asked for it stands beside it.
    await expect(events.getByRole("listitem").filter({ hasText: /startedcontaineron-second/ })).toContainText("second")
    await expect(events).toContainText("on-first")
    await page.getByRole("combobox", { name: "Host" }).click()
    await page.getByRole("option", { name: "second" }).click()
    await expect(events).not.toContainText("on-first")
    await expect(events).toContainText("on-second")
  })

  await test.step("away: grey with its last known state, nothing can be done there, ours goes on", async () => {
    await page.goto(`${product.url}/containers`)
    await expectFiguresToMove(rowOf(page, "on-second"))
    await daemon.stop()
    await expect(rowOf(page, "on-second")).toContainText("was exited", { timeout: 30_000 })
    await expectFiguresToMove(rowOf(page, "on-first"))
    await rowOf(page, "on-second").getByRole("link", { name: "on-second" }).click()
    await expect(page.getByText("What is shown is its last known state")).toBeVisible()
    await expect(page.getByRole("button", { name: "Start", exact: true })).toBeDisabled()
    await openView(page, "Logs")
    await expect(page.getByText("second is away", { exact: true })).toBeVisible()
  })

  await test.step("back by itself: its container has ended with it, is started again, and its figures move", async () => {
    await openView(page, "Graphs")
    await daemon.start()
    await expect(page.getByText("What is shown is its last known state")).toBeHidden({ timeout: 30_000 })
    await expect(state(page)).toContainText("exited")
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await expect(state(page)).toContainText("running")
    await goTo(page, "Containers")
    await expectFiguresToMove(rowOf(page, "on-second"))
  })

  await test.step("removed from the console, nothing is stopped there", async () => {
    await goTo(page, "Hosts")
    await page.getByRole("button", { name: "Actions of second" }).click()
    await page.getByRole("menuitem", { name: "Remove…" }).click()
    const dialog = page.getByRole("alertdialog")
    await expect(dialog).toContainText("Its 1 container, 1 of them running: nothing is stopped or deleted there")
    await dialog.getByRole("button", { name: "Remove", exact: true }).click()
    await expect(page.getByText("Only this machine so far")).toBeVisible()
  })
})

async function create(page: Page, { host, image, name }: { host: string | null; image: string; name: string }): Promise<void> {
  await goTo(page, "Containers")
  await page.getByRole("link", { name: "Create container" }).first().click()
  if (host !== null) {
    await page.getByRole("combobox", { name: "Host" }).click()
    await page.getByRole("option", { name: host }).click()
  }
  await page.getByRole("combobox", { name: /^Image/ }).fill(image)
  await page.keyboard.press("Escape")
  await page.getByRole("textbox", { name: /^Name/ }).fill(name)
  await page.getByRole("textbox", { name: /^Command/ }).fill(BUSY)
  await page.getByRole("button", { name: "Create and start" }).click()
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible()
  await expect(state(page)).toContainText("running")
}

async function goTo(page: Page, name: "Containers" | "Hosts"): Promise<void> {
  await page.getByRole("navigation", { name: "Main navigation" }).getByRole("link", { name }).click()
}

function rowOf(page: Page, name: string): Locator {
  return page.getByRole("region", { name: "Containers" }).getByRole("row").filter({ hasText: name })
}

/** Waits for new samples to move the sparkline of a row. */
async function expectFiguresToMove(row: Locator): Promise<void> {
  await expect(row).toContainText(/core/)
  const line = row.getByRole("img", { name: "CPU over the last minute" }).locator("path").last()
  const before = await line.getAttribute("d")
  await expect(line).not.toHaveAttribute("d", before ?? "")
}
