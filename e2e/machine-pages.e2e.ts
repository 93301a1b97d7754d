import { randomBytes } from "node:crypto"
import { expect, test } from "./harness/fixtures.js"

const archive = (name: string, buffer: Buffer) => ({ name, mimeType: "application/x-tar", buffer })

test("an image goes out as an archive and comes back in; a cut-off one is refused with the reason and changes nothing", async ({
  console: page,
  product,
}) => {
  await page.goto(`${product.url}/images`)
  const rows = page.getByRole("region", { name: "Images" }).getByRole("row")
  await expect(rows).toHaveCount(2)
  const saved = await page.request.get(`${product.url}/api/images/save?reference=plimsoll%2Fstarter`)
  const tar = await saved.body()
  const input = page.getByTestId("archive-input").first()

  await input.setInputFiles(archive("starter.tar", tar))
  await expect(page.getByText("Loaded plimsoll/starter:latest")).toBeVisible()
  await input.setInputFiles(archive("cut.tar", tar.subarray(0, tar.length / 2)))
  const tray = page.getByRole("complementary", { name: "Operations" })
  await expect(tray.getByText(/cut off|cannot be read/)).toBeVisible()
  await input.setInputFiles(archive("noise.tar", randomBytes(4096)))
  await expect(tray.getByRole("listitem")).toHaveCount(3)
  await expect(rows).toHaveCount(2)
})

test("an image gets another name and loses it again; the image stays", async ({ console: page, product }) => {
  await page.goto(`${product.url}/images`)
  await page.getByRole("button", { name: "Actions of plimsoll/starter:latest" }).click()
  await page.getByRole("menuitem", { name: "Tag" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByLabel("New reference").fill("Not A Reference")
  await expect(dialog.getByText("That is not an image reference.")).toBeVisible()
  await dialog.getByLabel("New reference").fill("shop/starter:1.0")
  await page.keyboard.press("Enter")
  await expect(page.getByText("Tagged as shop/starter:1.0")).toBeVisible()

  await page
    .getByRole("button", { name: /^Actions of/ })
    .first()
    .click()
  await page.getByRole("menuitem", { name: "Remove reference shop/starter:1.0" }).click()
  const question = page.getByRole("alertdialog")
  await expect(question).toContainText("The image itself, as plimsoll/starter:latest.")
  await question.getByRole("button", { name: "Remove the reference" }).click()
  await expect(page.getByText("The reference shop/starter:1.0 is removed")).toBeVisible()
  await expect(page.getByRole("link", { name: "plimsoll/starter:latest" })).toBeVisible()
})

test("a volume is made, and removed only after its name was typed; both are events at once", async ({ console: page, product }) => {
  await page.goto(`${product.url}/volumes`)
  await page.getByRole("button", { name: "Create a volume" }).click()
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("shop-data")
  await page.getByRole("dialog").getByRole("button", { name: "Create a volume" }).click()
  await page.getByRole("button", { name: "Remove shop-data" }).click()
  const question = page.getByRole("alertdialog")
  const remove = question.getByRole("button", { name: "Remove", exact: true })
  await question.getByRole("textbox").fill("shop-dat")
  await expect(remove).toBeDisabled()
  await question.getByRole("textbox").fill("shop-data")
  await remove.click()
  await expect(page.getByText("shop-data is removed")).toBeVisible()

  await page.goto(`${product.url}/events?kind=volume&q=shop-data`)
  const events = page.getByRole("region", { name: "Events" }).getByRole("listitem")
  await expect(events).toHaveCount(2)
  await expect(events.first()).toContainText("removed")
  // Comes by itself while one looks.
  const made = await page.request.post(`${product.url}/trpc/volumes.create`, {
    headers: { origin: product.url },
    data: { name: "shop-data-2" },
  })
  expect(made.status()).toBe(200)
  await expect(events).toHaveCount(3)
  await expect(events.first()).toContainText("shop-data-2")
  await page.request.post(`${product.url}/trpc/volumes.remove`, { headers: { origin: product.url }, data: { name: "shop-data-2" } })
})

test("a form is sent once however often it is asked for; refused, it stays as it was typed until it is left", async ({
  console: page,
  product,
}) => {
  await page.goto(`${product.url}/volumes`)
  const open = page.getByRole("main").getByRole("button", { name: "Create a volume" }).first()
  const dialog = page.getByRole("dialog", { name: "Create a volume" })
  const name = dialog.getByRole("textbox", { name: "Name" })
  let sent = 0
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route("**/trpc/volumes.create*", async (route) => {
    sent++
    if (sent > 1) return route.abort()
    await held
    await route.continue()
  })
  await open.click()
  await expect(name, "the first field has the focus").toBeFocused()
  await name.press("Enter")
  expect(sent, "an empty form is not sent").toBe(0)
  await name.fill("sent-once")
  await name.press("Enter")
  await expect(dialog.getByRole("button", { name: "Create a volume" })).toHaveAttribute("aria-busy", "true")
  await name.press("Enter")
  release()
  await expect(dialog).toBeHidden()
  expect(sent).toBe(1)
  await open.click()
  await name.fill("sent-in-vain")
  await name.press("Enter")
  await expect(dialog.getByRole("alert")).toBeVisible()
  await expect(name).toHaveValue("sent-in-vain")
  await name.press("Escape")
  await expect(dialog).toBeHidden()
  await expect(open, "focus goes back to where it came from").toBeFocused()
  await page.unroute("**/trpc/volumes.create*")
  await page.request.post(`${product.url}/trpc/volumes.remove`, { headers: { origin: product.url }, data: { name: "sent-once" } })
})

test("a volume with a limit tells promised and allocated bytes, grows, and gives back, each where it was asked for", async ({
  console: page,
  product,
}) => {
  const api = `${product.url}/trpc/host.info?input=${encodeURIComponent(JSON.stringify({ host: "local" }))}`
  const features = ((await (await page.request.get(api)).json()) as { result: { data: { features: string[] } } }).result.data.features
  test.skip(!features.includes("volume-limits"), "this host has no loop devices, ext4 or e2fsprogs")
  await page.goto(`${product.url}/volumes`)
  await page.getByRole("button", { name: "Create a volume" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("textbox", { name: "Name" }).fill("limited")
  await dialog.getByRole("textbox", { name: /^Size/ }).fill("4")
  await expect(dialog.getByText("From 16 MiB to 8 TiB.")).toBeVisible()
  await dialog.getByRole("textbox", { name: /^Size/ }).fill("32")
  await dialog.getByRole("button", { name: "Create a volume" }).click()
  const row = page.getByRole("row").filter({ hasText: "limited" })
  await expect(row).toContainText(/32.MiB/)

  await row.getByRole("button", { name: "Grow limited" }).click()
  await expect(dialog.getByRole("button", { name: "Grow" })).toBeDisabled()
  await dialog.getByRole("textbox", { name: "Size" }).fill("16")
  await expect(dialog.getByText(/^More than 32.MiB/)).toBeVisible()
  await dialog.getByRole("textbox", { name: "Size" }).fill("48")
  await dialog.getByRole("button", { name: "Grow" }).click()
  await expect(row).toContainText(/48.MiB/)

  await row.getByRole("button", { name: "Give unused space of limited back to the host" }).click()
  await expect(page.getByText(/^limited: .* came back$/)).toBeVisible()
  await page.request.post(`${product.url}/trpc/volumes.remove`, {
    headers: { origin: product.url },
    data: { host: "local", name: "limited" },
  })
})

test("events are walked through and opened by keyboard, and the filter is in the address", async ({ console: page, product }) => {
  await page.goto(`${product.url}/events`)
  await expect(page.getByRole("button", { name: /^Details of event/ }).first()).toBeVisible()
  await page.keyboard.press("j")
  await page.keyboard.press("Enter")
  await expect(page.getByText("Only this object")).toBeVisible()
  await page.keyboard.press("/")
  await page.keyboard.type("no such thing")
  await expect(page.getByText("No event matches")).toBeVisible()
  await expect(page).toHaveURL(/q=no\+such\+thing/)
  await page.getByRole("button", { name: "Clear the filter" }).first().click()
  await expect(page).toHaveURL(`${product.url}/events`)
})

test("the language is kept, on every page", async ({ console: page, product }) => {
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitemradio", { name: "Русский" }).click()
  await expect(page.locator("html")).toHaveAttribute("lang", "ru")
  await page.goto(`${product.url}/images`)
  await expect(page.getByRole("heading", { level: 1, name: "Образы" })).toBeVisible()
  await page.getByRole("button", { name: "Учётная запись" }).click()
  await page.getByRole("menuitemradio", { name: "English" }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Images" })).toBeVisible()
})

test("the theme is there with the first paint, whatever the system prefers", async ({ console: page, product }) => {
  await page.emulateMedia({ colorScheme: "light" })
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitemradio", { name: "Dark" }).click()
  await page.goto(product.url, { waitUntil: "commit" })
  await page.locator("body").waitFor({ state: "attached" })
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark")
})

test("shortcuts lead to pages and to the list of shortcuts, but not while one types", async ({ console: page }) => {
  // Which pages there are depends on who is signed in.
  await expect(page.getByRole("link", { name: "Hosts" })).toBeVisible()
  await page.keyboard.press("g")
  await page.keyboard.press("h")
  await expect(page).toHaveURL(/\/hosts$/)
  await page.keyboard.press("g")
  await page.keyboard.press("i")
  await expect(page).toHaveURL(/\/images$/)
  await expect(page.getByRole("searchbox")).toBeVisible()
  await page.keyboard.press("/")
  await page.keyboard.type("gv?")
  await expect(page.getByRole("searchbox")).toHaveValue("gv?")
  await expect(page).toHaveURL(/\/images\?q=gv/)
  await page.keyboard.press("Escape")
  await page.keyboard.press("Escape")
  await page.keyboard.press("?")
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible()
})
