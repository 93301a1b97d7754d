import { callAs, signedInRequest } from "./harness/api.js"
import { state } from "./harness/container-page.js"
import { expect, test } from "./harness/fixtures.js"
import { hasSwap, makeSwap } from "./harness/swap.js"

interface Container {
  id: string
}

// npm test runs those with this tag among what gives the host swap, apart from the others.
const tag = "@swap"

test("a container naps, wakes and gives memory back by hand on its page, which says why it cannot nap without swap, and whom the ladder leaves alone", {
  tag,
}, async ({ console: page, playwright, product }) => {
  await using operator = await signedInRequest(playwright.request, product)
  const ladder = async () =>
    (await callAs<{ ladder: { settings: { exemptTenants: string[] } } }>(operator, "overprovisioning.now", undefined, "query")).ladder
      .settings
  const make = async (name: string, spec: object) => {
    const { id } = await callAs<Container>(operator, "containers.create", { image: "plimsoll/starter", name, ...spec })
    await callAs(operator, "containers.start", { id })
    return id
  }
  const fill = "dd if=/dev/urandom of=/dev/shm/own bs=1M count=16 2>/dev/null; touch /dev/shm/full; exec sleep 10000"
  const dozer = await make("dozer", { command: ["sh", "-c", fill], shmSizeBytes: 24 * 2 ** 20 })
  const guarded = await make("guarded", { command: ["sleep", "10000"], labels: { "plimsoll.ladder": "exempt" } })
  const sleep = page.getByRole("button", { name: "Put to sleep" })

  await test.step("where the machine has no swap, its page says that nobody can nap here, and what helps", async () => {
    // Others on the host may add swap at any time.
    await expect(async () => {
      if (hasSwap()) return
      await page.goto(`${product.url}/containers/dozer`)
      await expect(sleep).toBeDisabled({ timeout: 5000 })
      await expect(sleep).toHaveAccessibleDescription(/no swap.*npm run zram/, { timeout: 1000 })
      await expect(page.getByText(/no swap.*npm run zram/)).toBeVisible({ timeout: 1000 })
    }).toPass({ timeout: 60_000 })
  })

  await test.step("one that is exempt from the ladder says so, by its label or with its tenant; others do not", async () => {
    const exempt = page.getByText(/exempt from the ladder/)
    await page.goto(`${product.url}/containers/dozer`)
    await expect(state(page)).toContainText("running")
    await expect(exempt).toBeHidden()
    await page.goto(`${product.url}/containers/guarded`)
    await expect(exempt).toHaveText("exempt from the ladder")
    const before = await ladder()
    const { tenant } = await callAs<{ tenant: string }>(operator, "containers.inspect", { id: dozer }, "query")
    await callAs(operator, "overprovisioning.changeLadder", { ...before, exemptTenants: [tenant] })
    await page.goto(`${product.url}/containers/dozer`)
    await expect(exempt).toHaveText(`exempt from the ladder with its tenant ${tenant}`)
    await callAs(operator, "overprovisioning.changeLadder", before)
  })

  await test.step("where the host takes a file as swap, it naps and says what it gave, takes no memory back meanwhile, and wakes", async () => {
    // Its own, whatever else there is: that of others may go.
    using swap = await makeSwap(96)
    if (swap === null) return
    await page.goto(`${product.url}/containers/dozer`)
    await sleep.click()
    await expect(page.getByRole("status").filter({ hasText: /^Naps since .* and gave back/ })).toBeVisible()
    await expect(state(page)).toContainText("napping")
    await page.getByRole("button", { name: "More actions" }).click()
    await expect(page.getByRole("menuitem", { name: "Rename…" })).toBeVisible()
    await expect(page.getByRole("menuitem", { name: "Take memory back…" })).toBeHidden()
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "Wake" }).click()
    await expect(state(page)).toContainText("running")
    await expect(page.getByRole("status").filter({ hasText: /^Naps since/ })).toBeHidden()
    await expect(page.getByRole("listitem").filter({ hasText: "woke" })).toBeVisible()

    await page.getByRole("button", { name: "More actions" }).click()
    await page.getByRole("menuitem", { name: "Take memory back…" }).click()
    const dialog = page.getByRole("dialog", { name: "Take memory back from dozer" })
    await dialog.getByRole("textbox", { name: "At most" }).fill("8")
    await dialog.getByRole("button", { name: "Take back" }).click()
    await expect(dialog.getByRole("status")).toContainText(/^It gave back .* and holds .* now\.$/)
    await dialog.getByText("Close", { exact: true }).click()
  })
  // The product is that of other files too.
  for (const id of [dozer, guarded]) await callAs(operator, "containers.remove", { id, force: true })
})
