import type { Browser, Locator, Page } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { openView, state, typeInTerminal } from "./harness/container-page.js"
import { test, expect as usual } from "./harness/fixtures.js"
import { totp } from "./harness/totp.js"

// A dozen pages of three people: each step may take as long as on a machine that others keep busy.
const expect = usual.configure({ timeout: 30_000 })
const PASSWORD = "seven wet lamps in autumn"

test.use({ productFor: "quota-story" })

test("an owner hits each quota of the plan once and reads why; a second tenant cannot see, resolve, reach or guess any of it", async ({
  console: operator,
  browser,
  playwright,
  product,
}) => {
  // Two accounts and some twenty pages: long on a busy machine.
  test.setTimeout(300_000)
  const { url } = product
  operator.setDefaultTimeout(60_000)

  await test.step("the operator makes a plan and two tenants on it", async () => {
    await operator.goto(`${url}/plans`)
    await operator.getByRole("button", { name: "Create a plan" }).click()
    const dialog = operator.getByRole("dialog", { name: "Create a plan" })
    await dialog.getByRole("textbox", { name: "Name" }).fill("Berth")
    const terms = { Containers: "2", Volumes: "1", Networks: "1", "Public ports": "1", "API tokens": "1", Processes: "100" }
    for (const [name, value] of Object.entries(terms)) await dialog.getByRole("textbox", { name, exact: true }).fill(value)
    await dialog.getByRole("button", { name: "Create a plan" }).click()
    await expect(dialog).toBeHidden()
    for (const tenant of ["acme", "beta"]) {
      await operator.goto(`${url}/tenants`)
      await operator.getByRole("button", { name: "Create a tenant" }).first().click()
      const form = operator.getByRole("dialog", { name: "Create a tenant" })
      await form.getByRole("textbox", { name: "Name" }).fill(tenant)
      await form.getByRole("textbox", { name: "Title" }).fill(`The ${tenant} company`)
      await form.getByRole("button", { name: "Create a tenant" }).click()
      await expect(operator.getByRole("heading", { level: 1, name: `The ${tenant} company` })).toBeVisible()
    }
  })

  const ann = await test.step("invites an owner, who enrols an authenticator app", () =>
    becomeOwner(operator, browser, { url, tenant: "acme", username: "ann" }))

  await test.step("more for one container than the plan gives all is refused at its field", async () => {
    await openForm(ann, url)
    const asks: [label: string, value: string, why: string][] = [
      ["Memory", "1g", "1 GiB for memory is more than the 512 MiB that the plan “Berth” gives"],
      ["CPU", "2", "2 for CPU cores is more than the 1 that the plan “Berth” gives"],
      ["Processes", "200", "200 for processes is more than the 100 that the plan “Berth” gives"],
      ["Disk", "20g", "so that 20 GiB more cannot be had"],
      ["Published ports", "18080:80, 18081:81", "0 of the 1 public ports of its plan “Berth”"],
      ["Volumes", "one:/one\ntwo:/two", "0 of the 1 volumes of its plan “Berth”"],
    ]
    for (const [label, value, why] of asks) {
      await box(ann, label).fill(value)
      await ann.getByRole("button", { name: "Create and start" }).click()
      await expect(ann.getByText(why).first(), label).toBeVisible()
      await box(ann, label).fill("")
    }
  })

  const shop = await test.step("what fits is made; the third container is one too many", async () => {
    await create(ann, url, { Name: "shop", Command: "httpd -f -p 80 -h /var/www", Volumes: "data:/data", "Published ports": "80" })
    await expect(state(ann)).toContainText("running")
    await create(ann, url, { Name: "queue", Command: "sleep 10000" })
    await openForm(ann, url)
    await box(ann, "Name").fill("third")
    await ann.getByRole("button", { name: "Create and start" }).click()
    await expect(ann.getByText("Tenant “acme” has 2 of the 2 containers of its plan “Berth”").first()).toBeVisible()
    const request = ann.context().request
    const rows = await callAs<{ id: string; name: string; networks: { address: string }[] }[]>(request, "containers.list", {}, "query")
    const row = rows.find(({ name }) => name === "shop")
    return { id: row?.id ?? "", address: row?.networks[0]?.address ?? "" }
  })

  await test.step("so are the second volume, network and token", async () => {
    await ann.goto(`${url}/volumes`)
    await refusedInDialog(ann, { open: "Create a volume", name: "more", send: "Create a volume", why: "1 of the 1 volumes" })
    await ann.goto(`${url}/networks`)
    await ann.getByRole("button", { name: "New network" }).click()
    const dialog = ann.getByRole("dialog", { name: "New network" })
    await dialog.getByRole("textbox", { name: /^Name/ }).fill("front")
    await dialog.getByRole("textbox", { name: /^Subnet/ }).fill("nonsense")
    await expect(dialog).toContainText("A network such as 10.20.0.0/24.")
    await dialog.getByRole("textbox", { name: /^Subnet/ }).fill("")
    await dialog.getByRole("button", { name: "New network" }).click()
    await expect(dialog).toBeHidden()
    await expect(ann.getByRole("button", { name: "Remove front" })).toBeVisible()
    await refusedInDialog(ann, { open: "New network", name: "back", send: "New network", why: "1 of the 1 networks" })
    await ann.goto(`${url}/tokens`)
    await ann.getByRole("button", { name: "Make a token" }).click()
    await ann.getByRole("dialog").getByLabel("Name").fill("robot")
    await ann.getByRole("dialog").getByRole("button", { name: "Make a token" }).click()
    await ann.getByRole("button", { name: "I have it" }).click()
    await refusedInDialog(ann, { open: "Make a token", name: "another", send: "Make a token", why: "1 of the 1 API tokens" })
  })

  await test.step("a container joins a network while it runs, and leaves it; a network in use is not removed", async () => {
    await ann.goto(`${url}/containers/shop`)
    await openView(ann, "Settings")
    const networks = ann.getByRole("region", { name: "Networks", exact: true })
    await expect(networks).toContainText(shop.address)
    await ann.getByRole("button", { name: "Connect", exact: true }).click()
    await expect(networks.getByRole("row").filter({ hasText: "front" })).toBeVisible()
    await expect(ann.getByText("There is no other network to join.")).toBeVisible()
    await ann.goto(`${url}/networks`)
    await ann.getByRole("button", { name: "Remove front" }).click()
    const ask = ann.getByRole("alertdialog", { name: "Remove the network front?" })
    await ask.getByRole("button", { name: "Remove", exact: true }).click()
    await expect(ask.getByRole("alert")).toContainText("is in use by one container. Disconnect or remove them first.")
    await ask.getByRole("button", { name: "Cancel" }).click()
    await ann.goto(`${url}/containers/shop/settings`)
    await ann.getByRole("button", { name: "Disconnect from front" }).click()
    await expect(networks.getByRole("row").filter({ hasText: "front" })).toHaveCount(0)
  })

  await test.step("its own neighbour resolves and reaches it", async () => {
    await ann.goto(`${url}/containers/queue`)
    await openView(ann, "Terminal")
    await typeInTerminal(ann, `nslookup shop | grep -q ${shop.address} && echo found-$((1))`)
    await expect(ann.locator(".xterm")).toContainText("found-1")
    await typeInTerminal(ann, `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${shop.address} 80 | grep -q floats && echo reached-$((1))`)
    await expect(ann.locator(".xterm")).toContainText("reached-1")
  })

  const bob = await test.step("the second tenant's owner comes in", () =>
    becomeOwner(operator, browser, { url, tenant: "beta", username: "bob" }))

  await test.step("sees nothing of the first, whatever address is guessed", async () => {
    for (const page of ["containers", "volumes", "networks", "tokens", "events", "members"]) {
      await bob.goto(`${url}/${page}`)
      await expect(bob.getByRole("heading", { level: 1 })).toBeVisible()
      for (const word of ["shop", "queue", "front", "robot", "acme", "ann"])
        await expect(bob.getByText(word, { exact: true }), page).toHaveCount(0)
    }
    for (const guess of ["shop", shop.id, shop.id.slice(0, 12)]) {
      await bob.goto(`${url}/containers/${guess}`)
      await expect(bob.getByText(`No container is called ${guess}`)).toBeVisible()
    }
  })

  await test.step("nor does a token of theirs", async () => {
    await bob.goto(`${url}/tokens`)
    await bob.getByRole("button", { name: "Make a token" }).click()
    await bob.getByRole("dialog").getByLabel("Name").fill("spy")
    await bob.getByRole("dialog").getByRole("button", { name: "Make a token" }).click()
    const token = await bob.getByLabel("Token", { exact: true }).inputValue()
    await using program = await playwright.request.newContext({ baseURL: url, extraHTTPHeaders: { authorization: `Bearer ${token}` } })
    expect(await callAs(program, "containers.list", {}, "query")).toEqual([])
    for (const id of [shop.id, "shop", shop.id.slice(0, 12)])
      for (const path of ["containers.inspect", "containers.top", "containers.diff"])
        expect((await program.get(`${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify({ id }))}`)).status(), path).toBe(404)
    await bob.getByRole("button", { name: "I have it" }).click()
  })

  await test.step("nor a container of theirs: the name is unknown, the address does not answer", async () => {
    await create(bob, url, { Name: "peek", Command: "sleep 10000" })
    await openView(bob, "Terminal")
    await typeInTerminal(bob, `nslookup shop | grep -q ${shop.address} || echo unknown-$((1))`)
    await expect(bob.locator(".xterm")).toContainText("unknown-1")
    await typeInTerminal(bob, `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${shop.address} 80 | grep -q floats || echo unreached-$((1))`)
    await expect(bob.locator(".xterm")).toContainText("unreached-1")
  })

  await using request = await signedInRequest(playwright.request, product)
  for (const { id } of await callAs<{ id: string }[]>(request, "containers.list", {}, "query"))
    await callAs(request, "containers.remove", { id, force: true, removeVolumes: true })
})

/** Invited on the tenant's page, somebody makes an account and enrols an authenticator app; resolves with their page. */
async function becomeOwner(
  operator: Page,
  browser: Browser,
  { url, tenant, username }: { url: string; tenant: string; username: string },
): Promise<Page> {
  await operator.goto(`${url}/tenants/${tenant}`)
  await operator.getByRole("button", { name: "Invite" }).click()
  const dialog = operator.getByRole("dialog", { name: "Invite somebody" })
  await choose(dialog.getByRole("combobox", { name: "Role" }), operator.getByRole("option", { name: /^owner/ }), "owner")
  await dialog.getByRole("button", { name: "Make the link" }).click()
  const link = await operator.getByLabel("Link", { exact: true }).inputValue()
  await operator.getByRole("button", { name: "I have it" }).click()
  const page = await (await browser.newContext({ baseURL: url })).newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(new URL(new URL(link).pathname + new URL(link).search, url).toString())
  await expect(page.getByText(`You are invited to The ${tenant} company, as owner.`)).toBeVisible()
  await page.getByLabel("User name").fill(username)
  await page.getByLabel("Your name").fill(`${username} of ${tenant}`)
  await page.getByLabel("Password").fill(PASSWORD)
  await page.getByRole("button", { name: "Make the account" }).click()
  await page.getByRole("button", { name: "Set up the app" }).click()
  const key = await page.getByLabel("Key", { exact: true }).inputValue()
  await page.getByLabel("Code", { exact: true }).fill(totp(key, Date.now()))
  await page.getByRole("button", { name: "Confirm" }).click()
  await expect(page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").first()).toBeVisible()
  await page.getByRole("button", { name: "To the console" }).click()
  // The first page of a new browser: all of the console's code comes now.
  await expect(page.getByRole("heading", { level: 1, name: `The ${tenant} company` })).toBeVisible({ timeout: 60_000 })
  return page
}

/** A list that opens under load can take the click on its option for the end of the one that opened it. */
async function choose(list: Locator, option: Locator, chosen: string): Promise<void> {
  await expect(async () => {
    await list.click()
    await option.click()
    await expect(list).toContainText(chosen, { timeout: 2000 })
  }).toPass({ timeout: 60_000 })
}

/** A field of the form, by its label alone. */
function box(page: Page, label: string): Locator {
  return page.getByRole("textbox", { name: new RegExp(`^${label}\\s*(optional)?$`) })
}

async function openForm(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/containers/new`)
  await page.getByRole("combobox", { name: /^Image/ }).fill("plimsoll/starter")
  await page.keyboard.press("Escape")
}

async function create(page: Page, url: string, fields: Record<string, string> & { Name: string }): Promise<void> {
  await openForm(page, url)
  for (const [label, value] of Object.entries(fields)) await box(page, label).fill(value)
  await page.getByRole("button", { name: "Create and start" }).click()
  await expect(page.getByRole("heading", { level: 1, name: fields.Name })).toBeVisible()
}

/** Fills the dialog's name, sends it, and reads the refusal in it. */
async function refusedInDialog(
  page: Page,
  { open, name, send, why }: { open: string; name: string; send: string; why: string },
): Promise<void> {
  await page.getByRole("button", { name: open }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("textbox", { name: /^Name/ }).fill(name)
  await dialog.getByRole("button", { name: send }).click()
  await expect(dialog.getByRole("alert")).toContainText(why)
  await dialog.getByRole("button", { name: "Cancel" }).click()
  await expect(dialog).toBeHidden()
}
