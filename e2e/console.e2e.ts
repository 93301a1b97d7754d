import type { Page } from "@playwright/test"
import { expect, test } from "./harness/fixtures.js"
import type { Product } from "./harness/product.js"

/** Makes a container by the same call as the form. */
async function makeContainer(page: Page, product: Product, name: string, command = ["sleep", "100000"]): Promise<void> {
  const created = await page.request.post(`${product.url}/trpc/containers.create`, {
    headers: { origin: product.url },
    data: { name, image: "plimsoll/starter", command, stopTimeoutMs: 500 },
  })
  expect(created.status(), await created.text()).toBe(200)
  const { result } = (await created.json()) as { result: { data: { id: string } } }
  const started = await page.request.post(`${product.url}/trpc/containers.start`, {
    headers: { origin: product.url },
    data: { id: result.data.id },
  })
  expect(started.status(), await started.text()).toBe(200)
}

test("every view of a container has a URL that opens it", async ({ console: page, product }) => {
  await makeContainer(page, product, "deep")
  for (const [path, view] of [
    ["", "Graphs"],
    ["/logs", "Logs"],
    ["/terminal", "Terminal"],
    ["/processes", "Processes"],
    ["/files", "Files"],
    ["/isolation", "Isolation"],
    ["/settings", "Settings"],
  ] as const) {
    await page.goto(`${product.url}/containers/deep${path}`)
    await expect(page.getByRole("heading", { level: 1, name: "deep" })).toBeVisible()
    await expect(page.getByRole("link", { name: view, exact: true })).toHaveAttribute("aria-current", "page")
  }
})

test("a container that was never there is said to be unknown, with the way back", async ({ console: page, product }) => {
  await page.goto(`${product.url}/containers/no-such-ship`)
  await expect(page.getByText("No container is called no-such-ship")).toBeVisible()
  await page.getByRole("link", { name: "All containers" }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Containers" })).toBeVisible()
})

test("a page that does not exist says so", async ({ console: page, product }) => {
  await page.goto(`${product.url}/nowhere`)
  await expect(page.getByText("There is no such page")).toBeVisible()
})

test("a container removed in one tab is said to be removed in the other", async ({ console: page, product, context }) => {
  await makeContainer(page, product, "two-tabs")
  await page.goto(`${product.url}/containers/two-tabs`)
  await expect(page.getByRole("heading", { level: 1, name: "two-tabs" })).toBeVisible()
  const other = await context.newPage()
  await other.goto(`${product.url}/containers/two-tabs`)
  await other.getByRole("button", { name: "Remove", exact: true }).click()
  const dialog = other.getByRole("alertdialog").or(other.getByRole("dialog"))
  await expect(dialog).toContainText("1 running container is killed first")
  await dialog.getByRole("button", { name: "Remove", exact: true }).click()
  await expect(other.getByText("two-tabs was removed")).toBeVisible()
  await expect(page.getByText("two-tabs was removed")).toBeVisible()
})

test("a name that is taken is told at the form, and nothing typed is lost", async ({ console: page, product }) => {
  await makeContainer(page, product, "taken")
  await page.goto(`${product.url}/containers/new?image=plimsoll%2Fstarter`)
  await page.getByRole("textbox", { name: /^Name/ }).fill("taken")
  await page.getByRole("textbox", { name: /^Command/ }).fill("sleep 5")
  await page.getByRole("button", { name: "Create and start" }).click()
  await expect(page.getByText("The container was not created")).toBeVisible()
  const name = page.getByRole("textbox", { name: /^Name/ })
  await expect(name).toBeFocused()
  await expect(name).toHaveAccessibleDescription(/The name "taken" belongs to container/)
  await expect(page.getByRole("textbox", { name: /^Command/ })).toHaveValue("sleep 5")
  await page.getByRole("textbox", { name: /^Name/ }).fill("not taken")
  await expect(page.getByText("Begin with a letter or digit")).toBeVisible()
  await expect(page.getByText("The container was not created")).toBeHidden()
})

test("a log opened at a moment stays there while it grows, and a match is shown with its neighbours", async ({
  console: page,
  product,
}) => {
  const script = "for i in $(seq 1 400); do echo line $i; done; while true; do echo still here; sleep 0.2; done"
  await makeContainer(page, product, "talker", ["sh", "-c", script])
  await page.goto(`${product.url}/containers/talker/logs?since=1`)
  const log = page.getByRole("region", { name: "Log of talker" })
  await expect(log.getByText("line 1", { exact: true })).toBeInViewport()
  const count = page.getByText(/^[\d,]+ lines$/)
  const lines = async () => Number((await count.textContent())?.replaceAll(/\D/g, ""))
  const before = await lines()
  await expect.poll(lines).toBeGreaterThan(before)
  await expect(log.getByText("line 1", { exact: true })).toBeInViewport()

  await page.getByLabel("Search the log").fill("line 200")
  await expect(log.getByText("line 199", { exact: true })).toBeHidden()
  await page.getByRole("checkbox", { name: "Lines around matches" }).click()
  await expect(log.getByText("line 199", { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/context=true/)

  await log.getByRole("link").first().click()
  await expect(page).toHaveURL(/\/logs\?since=\d{13}$/)
  await page.getByRole("button", { name: "To the end" }).click()
  await expect(log.getByText("still here").last()).toBeInViewport()
})

test("a list of the phone's width shows state, CPU and memory, and its menu", async ({ console: page, product }) => {
  await makeContainer(page, product, "narrow")
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${product.url}/containers`)
  const row = page.getByRole("row", { name: /narrow/ })
  await expect(row.getByText(/KiB|MiB/).first()).toBeInViewport()
  await expect(row.getByText(/cores?$/)).toBeInViewport()
  await expect(row).toContainText("running")
  await expect(row.getByRole("button", { name: "Actions of narrow" })).toBeInViewport({ ratio: 1 })
})

test("the server is killed and comes back: the same container runs on and the live connection heals by itself", async ({
  console: page,
  product,
}) => {
  await makeContainer(page, product, "survivor")
  await page.goto(`${product.url}/containers/survivor`)
  const header = page.locator("header").filter({ has: page.getByRole("heading", { level: 1 }) })
  await expect(header).toContainText("running")
  const pidBefore = await pidOf(page, product, "survivor")
  await product.killServer()
  await expect.poll(() => product.output()).toContain("was killed by SIGKILL")
  await expect(page.getByText("live", { exact: true })).toBeVisible({ timeout: 30_000 })
  await expect.poll(() => pidOf(page, product, "survivor"), { timeout: 30_000 }).toBe(pidBefore)
  await expect(header).toContainText("running")
  await page.getByRole("button", { name: "Stop", exact: true }).click()
  await expect(header).toContainText("exited")
})

async function pidOf(page: Page, product: Product, id: string): Promise<number | undefined> {
  const answer = await page.request.get(`${product.url}/trpc/containers.inspect?input=${encodeURIComponent(JSON.stringify({ id }))}`)
  if (!answer.ok()) return undefined
  const body = (await answer.json()) as { result: { data: { state: { pid?: number } } } }
  return body.result.data.state.pid
}

test("the palette finds a page by keyboard", async ({ console: page }) => {
  await page.keyboard.press("Control+k")
  await page.getByPlaceholder("A page, a container, an image, an action …").fill("images")
  await page.keyboard.press("Enter")
  await expect(page).toHaveURL(/\/images$/)
})
