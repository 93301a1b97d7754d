import type { APIRequestContext, Page } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"
import { nextTotp, totp } from "./harness/totp.js"

const PASSWORD = "seven wet lamps in autumn"
const gibibyte = 2 ** 30
const terms = {
  memoryGuaranteedBytes: 0,
  memoryMaxBytes: gibibyte,
  cpuGuaranteedCores: 0,
  cpuMaxCores: 1,
  cpuWeight: 100,
  diskBytes: 10 * gibibyte,
  pidsMax: 512,
  containers: 3,
  volumes: 3,
  networks: 2,
  publicPorts: 2,
  tokens: 2,
  ociRuntimes: [],
}

test.use({ productFor: "account" })

test("an invited owner makes an account, protects it, comes in by each of its ways, and lets a program in", async ({
  console: operator,
  browser,
  playwright,
  product,
}) => {
  // A dozen whole pages: on a busy machine they take their time.
  test.setTimeout(300_000)
  // Passkeys belong to a name, not to an address.
  const url = product.url.replace("127.0.0.1", "localhost")
  const request = await signedInRequest(playwright.request, product)
  await makeTenant(request)
  await using context = await browser.newContext({ baseURL: url })
  const page = await context.newPage()

  const link = await test.step("the operator invites somebody", async () => {
    // The page of the tenant is where it is done by hand; the link is the same.
    const made = await callAs<{ path: string }>(request, "members.invite", { tenant: "acme", role: "owner", note: "Ann" })
    await operator.goto(`${product.url}/members`)
    await operator.getByRole("button", { name: "Invite" }).click()
    await operator.getByRole("button", { name: "Make the link" }).click()
    await expect(operator.getByLabel("Link", { exact: true })).toHaveValue(/\/invitation\?token=/)
    return made.path
  })

  await test.step("who opens the link reads what it offers, and makes an account", async () => {
    await page.goto(url + link)
    await expect(page.getByText("You are invited to Acme Ltd, as owner.")).toBeVisible()
    await page.getByLabel("User name").fill("ann")
    await page.getByLabel("Your name").fill("Ann Other")
    await page.getByLabel("Password").fill("ann1234567")
    await expect(page.getByText(/easily guessed|guessed at once/)).toBeVisible()
    await page.getByRole("button", { name: "Make the account" }).click()
    // The server judges by itself, and says why.
    await expect(page.getByRole("alert").filter({ hasText: "too easy" })).toBeVisible()
    await page.getByLabel("Password").fill(PASSWORD)
    await page.getByRole("button", { name: "Make the account" }).click()
    await expect(page.getByRole("heading", { name: "Welcome, ann" })).toBeVisible()
  })

  const { key, codes } = await test.step("an authenticator app is set up", async () => {
    await page.getByRole("button", { name: "Set up the app" }).click()
    await expect(page.getByRole("img", { name: "The key as a QR code" })).toBeVisible()
    const shown = await page.getByLabel("Key", { exact: true }).inputValue()
    const code = page.getByLabel("Code", { exact: true })
    await expect(code).toHaveAttribute("autocomplete", "one-time-code")
    await code.fill("000000")
    await page.getByRole("button", { name: "Confirm" }).click()
    await expect(page.getByText("This is not the code")).toBeVisible()
    await code.fill(totp(shown, Date.now()))
    await page.getByRole("button", { name: "Confirm" }).click()
    const list = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")
    await expect(list.first()).toBeVisible()
    const all = await list.allTextContents()
    await page.getByRole("button", { name: "To the console" }).click()
    return { key: shown, codes: all }
  })

  await test.step("the owner sees their own plan, and no page of the provider's", async () => {
    await expect(page.getByRole("heading", { level: 1, name: "Acme Ltd" })).toBeVisible()
    const pages = page.getByRole("navigation", { name: "Main navigation" }).first()
    await expect(pages.getByRole("link", { name: "Members" })).toBeVisible()
    await expect(pages.getByRole("link", { name: "Hosts" })).toHaveCount(0)
    await page.goto(`${url}/hosts`)
    await expect(page.getByRole("heading", { name: "You may not see this" })).toBeVisible()
  })

  await test.step("the used link is worth nothing any more", async () => {
    await page.goto(url + link)
    await expect(page.getByText("This invitation is worth nothing any more")).toBeVisible()
  })

  await test.step("out, and in again with a code", async () => {
    await signOut(page, url)
    await typePassword(page)
    const code = page.getByLabel("Code", { exact: true })
    await code.fill("000000")
    await page.getByRole("button", { name: "Go on" }).click()
    await expect(page.getByText("This code is wrong")).toBeVisible()
    await code.fill(nextTotp(key))
    await page.getByRole("button", { name: "Go on" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "Acme Ltd" })).toBeVisible()
  })

  await test.step("in with a recovery code, which works once", async () => {
    const recovery = codes[0] ?? ""
    for (const works of [true, false]) {
      await signOut(page, url)
      await typePassword(page)
      await page.getByRole("button", { name: "Use a recovery code" }).click()
      await page.getByLabel("Recovery code").fill(recovery)
      await page.getByRole("button", { name: "Go on" }).click()
      if (works) await expect(page.getByRole("heading", { level: 1, name: "Acme Ltd" })).toBeVisible()
      else await expect(page.getByText("This recovery code is wrong")).toBeVisible()
    }
    await page.getByLabel("Recovery code").fill(codes[1] ?? "")
    await page.getByRole("button", { name: "Go on" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "Acme Ltd" })).toBeVisible()
  })

  await test.step("a passkey is added, and signs in alone", async () => {
    await addAuthenticator(page)
    await page.goto(`${url}/account`)
    await page.getByRole("button", { name: "Add a passkey" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Name").fill("Laptop")
    await dialog.getByRole("button", { name: "Add a passkey" }).click()
    await expect(page.getByRole("list", { name: "Passkeys" }).getByText("Laptop", { exact: true })).toBeVisible()
    await signOut(page, url)
    await page.getByRole("button", { name: "Use a passkey" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "Acme Ltd" })).toBeVisible()
  })

  await test.step("a token lets a program read, and nothing more", async () => {
    await page.goto(`${url}/tokens`)
    await page.getByRole("button", { name: "Make a token" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Name").fill("monitor")
    await dialog.getByRole("button", { name: "Make a token" }).click()
    const token = await page.getByLabel("Token", { exact: true }).inputValue()
    await page.getByRole("button", { name: "I have it" }).click()
    await using program = await playwright.request.newContext({ extraHTTPHeaders: { authorization: `Bearer ${token}` } })
    expect((await program.get(`${product.url}/trpc/containers.list`)).status()).toBe(200)
    const changing = await program.post(`${product.url}/trpc/volumes.create`, { data: { name: "data" } })
    expect(changing.status()).toBe(403)
    await page.getByRole("button", { name: "Revoke monitor" }).click()
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click()
    await expect(page.getByText("No tokens yet")).toBeVisible()
    expect((await program.get(`${product.url}/trpc/containers.list`)).status()).toBe(401)
  })

  await request.dispose()
})

async function makeTenant(request: APIRequestContext): Promise<void> {
  const plan = await callAs<{ id: string }>(request, "plans.create", { name: "Small", terms })
  await callAs(request, "tenants.create", { tenant: "acme", title: "Acme Ltd", plan: plan.id })
}

async function signOut(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
}

async function typePassword(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("ann")
  await page.getByLabel("Password").fill(PASSWORD)
  await page.getByRole("button", { name: "Sign in" }).click()
}

/** A key in Chromium that says yes to everything, as a finger would. (DevTools protocol, WebAuthn domain) */
async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("WebAuthn.enable")
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
