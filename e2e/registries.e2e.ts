import type { Locator, Page } from "@playwright/test"
import { expect, test } from "./harness/fixtures.js"
import type { Product } from "./harness/product.js"
import { type Registry, startRegistry } from "./harness/registry.js"

const tray = (page: Page) => page.getByRole("complementary", { name: "Operations" })
const images = (page: Page) => page.getByRole("region", { name: "Images" })

/** Calls a procedure as the console does. */
async function call(page: Page, product: Product, procedure: string, input: object): Promise<void> {
  const answer = await page.request.post(`${product.url}/trpc/${procedure}`, { headers: { origin: product.url }, data: input })
  expect(answer.status(), await answer.text()).toBe(200)
}

/** The starter image with a layer of its own, so that something has to be transferred. */
async function makeImage(page: Page, product: Product, reference: string): Promise<void> {
  const command = ["sh", "-c", "head -c 300000 /dev/urandom > /goods"]
  await call(page, product, "containers.create", { image: "plimsoll/starter", name: "maker", command })
  await call(page, product, "containers.start", { id: "maker" })
  const state = async () => {
    const answer = await page.request.get(`${product.url}/trpc/containers.inspect?input=${encodeURIComponent('{"id":"maker"}')}`)
    return ((await answer.json()) as { result: { data: { state: { status: string } } } }).result.data.state.status
  }
  await expect.poll(state).toBe("exited")
  await call(page, product, "containers.commit", { id: "maker", reference })
  await call(page, product, "containers.remove", { id: "maker" })
}

async function chooseAction(page: Page, image: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `Actions of ${image}` }).click()
  await page.getByRole("menuitem", { name: action, exact: true }).click()
}

async function removeImage(page: Page, image: string): Promise<void> {
  await chooseAction(page, image, "Remove")
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove", exact: true }).click()
  await expect(page.getByText(`${image} is removed`)).toBeVisible()
}

/** Adds the registry with its user, tried with a wrong password first. */
async function addRegistry(page: Page, registry: Registry): Promise<void> {
  await page.getByRole("link", { name: "Registries" }).click()
  await page.getByRole("button", { name: "Add a registry" }).click()
  const dialog = page.getByRole("dialog", { name: "Add a registry" })
  await dialog.getByLabel("Registry").fill(registry.host)
  await dialog.getByLabel("User name").fill(registry.username)
  await tryPassword(dialog, "wrong")
  await expect(dialog.getByRole("alert")).toContainText("Not signed in")
  await expect(dialog.getByRole("alert")).toContainText("does not accept this user name and password")
  await tryPassword(dialog, registry.password)
  await expect(dialog.getByRole("status")).toContainText(`Signed in as ${registry.username}.`)
  await dialog.getByRole("button", { name: "Add a registry" }).click()
  // With what is kept now.
  await page.getByRole("button", { name: `Test ${registry.host}` }).click()
  await expect(page.getByRole("list", { name: "Registries" }).getByRole("status")).toContainText(`Signed in as ${registry.username}.`)
}

async function tryPassword(dialog: Locator, password: string): Promise<void> {
  await dialog.getByLabel("Password").fill(password)
  await dialog.getByRole("button", { name: "Test" }).click()
}

test("an image goes to a registry with a password and comes back, by itself and on the way to a container; what is left over is collected", async ({
  console: page,
  context,
  product,
}) => {
  await using registry = await startRegistry()
  const reference = `${registry.host}/team/goods:1`
  const dialog = page.getByRole("dialog")

  await test.step("a registry is added; a wrong password is told before it is kept", () => addRegistry(page, registry))

  await test.step("an image is pushed under a new name, and removed here", async () => {
    await makeImage(page, product, "goods:1")
    await page.getByRole("link", { name: "Images" }).click()
    await chooseAction(page, "goods:1", "Push")
    await dialog.getByLabel("To").fill(reference)
    await expect(dialog.getByText(`${registry.host} is asked as ${registry.username}.`)).toBeVisible()
    await dialog.getByRole("button", { name: "Push" }).click()
    await expect(dialog.getByRole("status")).toHaveText("Pushed")
    await expect(dialog.getByText(/^sha256:/)).toBeVisible()
    await dialog.getByText("Close", { exact: true }).click()
    await removeImage(page, "goods:1")
  })

  await test.step("it is pulled: seen in another tab and after a reload while the registry lets one wait", async () => {
    await page.getByRole("button", { name: "Pull an image" }).click()
    await dialog.getByLabel("Reference").fill("alpine")
    await expect(dialog.getByText("Read as docker.io/library/alpine:latest.")).toBeVisible()
    await dialog.getByLabel("Reference").fill(reference)
    registry.hold()
    await dialog.getByRole("button", { name: "Pull", exact: true }).click()
    await expect(dialog.getByRole("progressbar", { name: `Pull ${reference}` })).toBeVisible()
    const other = await context.newPage()
    await other.goto(`${product.url}/events`)
    await expect(tray(other).getByRole("link", { name: `Pull ${reference}` })).toBeVisible()
    await page.reload()
    await expect(dialog.getByRole("progressbar", { name: `Pull ${reference}` })).toBeVisible()
    registry.goOn()
    await expect(dialog.getByRole("status")).toHaveText("Pulled")
    await expect(dialog.getByRole("list", { name: "Layers, from the bottom up" }).getByRole("listitem")).toHaveText([
      /was here already/,
      /done/,
    ])
    await expect(tray(other).getByText("Pulled")).toBeVisible()
    await other.close()
    await dialog.getByRole("link", { name: "Show the image" }).click()
    await expect(page.getByRole("heading", { level: 1, name: reference })).toBeVisible()
    await expect(page.getByText("head -c 300000 /dev/urandom > /goods").first()).toBeVisible()
    await page.getByRole("link", { name: "Images" }).first().click()
    await removeImage(page, reference)
  })

  await test.step("a container of the image that is absent again: cancelled in place, then left alone and found in the tray", async () => {
    await page.goto(`${product.url}/containers/new?image=${encodeURIComponent(reference)}`)
    await page.getByRole("textbox", { name: /^Name/ }).fill("pulled")
    await expect(page.getByText("Not on this host yet: it will be pulled first.")).toBeVisible()
    registry.hold()
    await page.getByRole("button", { name: "Pull, create and start" }).click()
    await page.getByRole("button", { name: "Cancel the pull" }).click()
    await expect(page.locator("main").getByRole("status").getByText("Cancelled")).toBeVisible()
    await page.getByRole("button", { name: "Pull, create and start" }).click()
    await expect(page.getByRole("button", { name: "Cancel the pull" })).toBeVisible()
    await page.goto(`${product.url}/events`)
    const operation = tray(page)
      .getByRole("listitem")
      .filter({ has: page.getByRole("button", { name: "Cancel" }) })
    await expect(operation).toContainText(`Create pulled from ${reference}`)
    registry.goOn()
    await tray(page).getByRole("listitem").filter({ hasText: "Created pulled" }).getByRole("link").click()
    await expect(page.getByRole("heading", { level: 1, name: "pulled" })).toBeVisible()
  })

  await test.step("garbage: first what would go, then how much came back", async () => {
    const archive = await page.request.get(`${product.url}/api/images/save?${new URLSearchParams({ reference })}`)
    // Any tar is a root file system; its name then goes to another image.
    await page.request.post(`${product.url}/api/images/import?reference=left:1`, {
      headers: { origin: product.url, "content-type": "application/x-tar" },
      data: await archive.body(),
    })
    await call(page, product, "images.tag", { reference, newReference: "left:1" })
    await page.goto(`${product.url}/images`)
    await expect(images(page).getByText("no reference")).toBeVisible()
    await page.getByRole("button", { name: "Collect garbage" }).click()
    await expect(dialog.getByText("Nothing to collect: all that is here is needed.")).toBeVisible()
    await dialog.getByRole("checkbox", { name: "Also what came less than an hour ago" }).click()
    await expect(dialog.getByRole("status")).toContainText("1 image without a name")
    await dialog.getByRole("button", { name: /^Collect [\d.]+ MiB$/ }).click()
    await expect(dialog.getByRole("status")).toContainText(/Collected: [\d.]+.MiB came back\./)
    await dialog.getByText("Close", { exact: true }).click()
    await expect(images(page).getByText("no reference")).toHaveCount(0)
  })

  // The product is that of other files too.
  await call(page, product, "containers.remove", { id: "pulled", force: true })
  for (const name of ["left:1", reference]) await call(page, product, "images.remove", { reference: name })
})
