import { expect, test } from "./harness/fixtures.js"

test("what is asked stands in the address: by keyboard, after a reload, and back to what holds now", async ({ console: page, product }) => {
  await page.goto(`${product.url}/overprovisioning`)
  await page.getByRole("navigation", { name: "Views of overprovisioning" }).getByRole("link", { name: "What-if" }).click()
  const theta = page.getByRole("slider", { name: /θ/ })
  await expect(theta).toHaveAttribute("aria-valuetext", /^85/)
  const reset = page.getByRole("button", { name: "As it holds now" })
  await expect(reset).toBeDisabled()
  await theta.press("ArrowLeft")
  await expect(page).toHaveURL(/theta=0\.84/)
  await page.getByRole("switch", { name: /fixed ratio/ }).click()
  await page.getByRole("slider", { name: "Sold at most" }).press("End")
  await expect(page).toHaveURL(/ratio=12/)
  await page.reload()
  await expect(page.getByRole("slider", { name: "Sold at most" })).toHaveAttribute("aria-valuetext", "12×")
  await expect(theta).toHaveAttribute("aria-valuetext", /^84/)
  // A product of minutes has little to replay, and says so one way or the other.
  await expect(page.getByText(/There is nothing to replay yet|The history goes back/).first()).toBeVisible()
  await reset.click()
  await expect(page).not.toHaveURL(/theta|ratio/)
  await expect(theta).toHaveAttribute("aria-valuetext", /^85/)
})
