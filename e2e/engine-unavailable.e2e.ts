import { expect, signIn, test } from "./harness/fixtures.js"
import { startProduct } from "./harness/product.js"

test("on a host without an OCI runtime the console starts all the same and says what is missing and what mends it", async ({ page }) => {
  await using product = await startProduct({ hideTools: ["crun", "runc"], password: "correct horse battery staple" })
  expect(product.output()).toContain("The engine is unavailable")
  const health = await page.request.get(`${product.url}/healthz`)
  expect(health.status()).toBe(503)
  expect(await health.json()).toMatchObject({ missing: [{ name: "engine" }] })

  await signIn(page, product)
  await page.goto(`${product.url}/hosts/local`)
  await expect(page.getByText(/apt-get install/).first()).toBeVisible()
  await page.goto(`${product.url}/containers/new`)
  await expect(page.getByText("The engine cannot run containers on this host")).toBeVisible()
  await expect(page.getByRole("button", { name: "Create and start" })).toBeDisabled()
})

test("without root the console starts all the same and says how to start it with", async ({ page }) => {
  await using product = await startProduct({ asNobody: true, password: "correct horse battery staple" })
  expect(product.output()).toContain("Not started as root")
  await signIn(page, product)
  await page.goto(`${product.url}/hosts/local`)
  await expect(page.getByText(/sudo npm start/).first()).toBeVisible()
  const refused = await page.request.post(`${product.url}/trpc/containers.create`, {
    headers: { origin: product.url },
    data: { image: "plimsoll/starter" },
  })
  expect(await refused.json()).toMatchObject({ error: { data: { engine: { code: "engine_unavailable" } } } })
})
