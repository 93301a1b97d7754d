import { expect, signIn, test } from "./harness/fixtures.js"
import { startProduct } from "./harness/product.js"

test("a wrong password is refused in words that do not say which part was wrong", async ({ page, product }) => {
  await page.goto(product.url)
  await page.getByLabel("Name").fill("operator")
  await page.getByLabel("Password").fill("not the password")
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("alert").filter({ hasText: "Name or password is wrong." })).toBeVisible()
  await page.getByLabel("Name").fill("nobody-here")
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("alert").filter({ hasText: "Name or password is wrong." })).toBeVisible()
})

test("an empty form is not sent", async ({ page, product }) => {
  await page.goto(product.url)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("alert").filter({ hasText: "Fill in both fields." })).toBeVisible()
})

test("a link that was sent leads to its page after sign-in", async ({ page, product }) => {
  await page.goto(`${product.url}/containers?q=journey`)
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
  await page.getByLabel("Password").fill(product.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Containers" })).toBeVisible()
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/containers?q=journey")
})

test("who is not signed in is led to the sign-in without an error in the browser's log", async ({ page, product }) => {
  const errors: string[] = []
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text())
  })
  for (const path of ["/", "/containers?q=journey", "/nowhere"]) {
    const answer = await page.goto(product.url + path)
    expect(answer?.request().redirectedFrom()?.url(), path).toBe(product.url + path)
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
  }
  expect(errors).toEqual([])
})

test("who signs out is out: a page asks to sign in again and the API refuses", async ({ page, product }) => {
  await signIn(page, product)
  await page.getByRole("button", { name: "Account" }).click()
  await page.getByRole("menuitem", { name: "Sign out" }).click()
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
  const answer = await page.request.get(`${product.url}/trpc/containers.list`)
  expect(answer.status()).toBe(401)
  await page.goto(`${product.url}/images`)
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
})

test("a request from another site is refused", async ({ page, product }) => {
  await signIn(page, product)
  const foreign = await page.request.post(`${product.url}/trpc/volumes.create`, {
    headers: { origin: "https://evil.example", "content-type": "application/json" },
    data: { name: "stolen" },
  })
  expect(foreign.status()).toBeGreaterThanOrEqual(400)
  expect(foreign.status()).toBeLessThan(500)
  const volumes = await page.request.get(`${product.url}/trpc/volumes.list`)
  expect(await volumes.text()).not.toContain("stolen")
})

test("who guesses passwords has to wait", async ({ page }) => {
  // One of its own: the account that is guessed at waits, whoever signs in.
  await using product = await startProduct({ password: "correct horse battery staple" })
  const tries: number[] = []
  for (let attempt = 0; attempt < 15; attempt++) {
    const answer = await page.request.post(`${product.url}/api/auth/sign-in/username`, {
      headers: { origin: product.url },
      data: { username: "operator", password: `guess number ${attempt}` },
    })
    tries.push(answer.status())
  }
  expect(tries).toContain(429)
  await page.goto(product.url)
  await page.getByLabel("Password").fill(product.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("alert").filter({ hasText: "Too many attempts." })).toBeVisible()
})
