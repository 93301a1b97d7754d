import { type BrowserContext, test as base, expect, type Page } from "@playwright/test"
import { type Product, startProduct } from "./product.js"

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>

/**
 * `product`: one for all files that say no `productFor`, and one for each that does: `test.use({ productFor: "tenants" })`, for those that begin with
 * a console that nobody used. `console`: a page that is signed in as the operator.
 */
export const test = base.extend<{ console: Page }, { productFor: string; product: Product; signedIn: StorageState }>({
  productFor: ["all", { scope: "worker", option: true }],
  product: [
    async ({ productFor: _ }, use) => {
      await using product = await startProduct({ password: "correct horse battery staple" })
      await use(product)
    },
    { scope: "worker", timeout: 180_000 },
  ],
  // Signed in once a worker: sign-ins are rate-limited, as they should be.
  signedIn: [
    async ({ browser, product }, use) => {
      const context = await browser.newContext()
      await signIn(await context.newPage(), product)
      const state = await context.storageState()
      await context.close()
      await use(state)
    },
    { scope: "worker", timeout: 60_000 },
  ],
  console: async ({ context, page, product, signedIn }, use) => {
    await context.addCookies(signedIn.cookies)
    await page.goto(product.url)
    await expect(page.getByRole("button", { name: "Account" })).toBeVisible()
    await use(page)
  },
})

/** Signs in as a person does and waits for the overview. */
export async function signIn(page: Page, product: Pick<Product, "url" | "username" | "password">): Promise<void> {
  await page.goto(product.url)
  await page.getByLabel("Name").fill(product.username)
  await page.getByLabel("Password").fill(product.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible()
  await expect(page.getByRole("button", { name: "Account" })).toBeVisible()
}

export { expect }
