import type { APIRequestContext, Locator } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { openView } from "./harness/container-page.js"
import { expect, test } from "./harness/fixtures.js"
import { startRegistry } from "./harness/registry.js"

const MiB = 2 ** 20

test("what the load line refuses an operator does anyway, with a reason: a pull with its container, a larger volume, a container's larger disk", async ({
  console: page,
  playwright,
  product,
}) => {
  await using operator = await signedInRequest(playwright.request, product)
  await using registry = await startRegistry()
  const { host, username, password } = registry
  const reference = `${host}/team/starter:1`
  const keep = (reserve: object) => callAs(operator, "overprovisioning.changeSettings", { reserve })

  await test.step("there is an image elsewhere, a volume, and a container with a disk", async () => {
    await callAs(operator, "registries.add", { registry: host, credentials: { username, password } })
    await callAs(operator, "images.tag", { reference: "plimsoll/starter", newReference: reference })
    const pushed = await pushes(operator)
    await callAs(operator, "images.push", { reference })
    await expect.poll(() => pushes(operator)).toBe(pushed + 1)
    await callAs(operator, "images.remove", { reference })
    await callAs(operator, "volumes.create", { name: "grain", sizeBytes: 32 * MiB })
    await callAs(operator, "containers.create", {
      image: "plimsoll/starter",
      name: "hold",
      command: ["sleep", "10000"],
      diskBytes: 64 * MiB,
    })
    // Nothing of either is left to sell.
    await keep({ cpu: 1_000_000, disk: 2 ** 50 })
  })

  try {
    await test.step("a container of an image that is pulled first", async () => {
      await page.goto(`${product.url}/containers/new?image=${encodeURIComponent(reference)}`)
      await page.getByRole("textbox", { name: /^Name/ }).fill("cargo")
      await page.getByRole("textbox", { name: /^CPU\s*(optional)?$/ }).fill("0.5")
      await page.getByRole("textbox", { name: /^Command\s*(optional)?$/ }).fill("sleep 10000")
      await page.getByRole("button", { name: "Pull, create and start" }).click()
      await overruleIn(page.locator("main"), "Half a core for the Monday shift")
      await expect(page.getByRole("heading", { level: 1, name: "cargo" })).toBeVisible()
      await expectAudited(operator, { action: "containers.pullAndCreate", reason: "Half a core for the Monday shift" })
    })

    await test.step("a volume that grows", async () => {
      await page.goto(`${product.url}/volumes`)
      await page.getByRole("button", { name: "Grow grain" }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByRole("textbox", { name: "Size" }).fill("48")
      await dialog.getByRole("button", { name: "Grow" }).click()
      await overruleIn(dialog, "The harvest is larger than foreseen")
      await expect(dialog).toBeHidden()
      await expect(page.getByRole("row").filter({ hasText: "grain" })).toContainText(/48.MiB/)
      await expectAudited(operator, { action: "volumes.resize", reason: "The harvest is larger than foreseen" })
    })

    await test.step("a container's own disk that grows", async () => {
      await page.goto(`${product.url}/containers/hold`)
      await openView(page, "Settings")
      const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Grow" }) })
      await form.getByRole("textbox", { name: "Size" }).fill("96")
      await form.getByRole("button", { name: "Grow" }).click()
      await overruleIn(form, "Logs of the last voyage")
      await expect(page.getByText(/^The disk has 96.MiB now$/)).toBeVisible()
      await expect(form.getByRole("alert")).toBeHidden()
      await expectAudited(operator, { action: "containers.resizeDisk", reason: "Logs of the last voyage" })
    })
  } finally {
    // The product is that of other files too.
    await keep({ cpu: null, disk: null })
  }
  for (const id of ["cargo", "hold"]) await callAs(operator, "containers.remove", { id, force: true })
  await callAs(operator, "volumes.remove", { name: "grain" })
  await callAs(operator, "images.remove", { reference })
  await callAs(operator, "registries.remove", { registry: host })
})

/** Reads the refusal, and does it anyway: not before there is a reason. */
async function overruleIn(place: Locator, reason: string): Promise<void> {
  await expect(place.getByRole("alert").first()).toContainText("load_line_exceeded")
  const anyway = place.getByRole("button", { name: "Do it anyway" })
  await expect(anyway).toBeDisabled()
  await place.getByRole("textbox", { name: "Reason" }).fill(reason)
  await anyway.click()
}

/** How many images were pushed, by what the engine tells. */
async function pushes(operator: APIRequestContext): Promise<number> {
  return (await callAs<{ items: unknown[] }>(operator, "events.list", { kinds: ["image"], actions: ["push"] }, "query")).items.length
}

/** Who overruled it and why stands with what was done. */
async function expectAudited(operator: APIRequestContext, { action, reason }: { action: string; reason: string }): Promise<void> {
  const { items } = await callAs<{ items: { audit: { result: string }; attributes: Record<string, string> }[] }>(
    operator,
    "events.list",
    { kinds: ["audit"], actions: [action], limit: 1 },
    "query",
  )
  expect(items.map(({ audit, attributes }) => [audit.result, attributes.overrule])).toEqual([["done", reason]])
}
