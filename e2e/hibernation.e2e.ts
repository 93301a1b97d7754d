import { callAs, signedInRequest } from "./harness/api.js"
import { state } from "./harness/container-page.js"
import { expect, test } from "./harness/fixtures.js"

interface Container {
  id: string
  ports: { hostPort: number }[]
}

test("a container goes into hibernation on its page, and the first request to its published port brings it back", async ({
  console: page,
  playwright,
  product,
}) => {
  await using operator = await signedInRequest(playwright.request, product)
  const { abilities, features } = await callAs<{ abilities: { name: string; detail: string }[]; features: string[] }>(
    operator,
    "host.info",
    { host: "local" },
    "query",
  )
  test.skip(!features.includes("hibernate"), abilities.find(({ name }) => name === "hibernate")?.detail ?? "this engine cannot hibernate")
  const { id } = await callAs<Container>(operator, "containers.create", {
    image: "plimsoll/starter",
    name: "bear",
    command: ["httpd", "-f", "-p", "80", "-h", "/etc"],
    ports: [{ containerPort: 80, protocol: "tcp" }],
  })
  await callAs(operator, "containers.start", { id })
  const { ports } = await callAs<Container>(operator, "containers.inspect", { id }, "query")
  const address = `http://127.0.0.1:${ports[0]?.hostPort}/passwd`
  const hibernates = page.getByRole("status").filter({ hasText: /^Hibernates since .* given back, .* on disk/ })
  const hibernate = async (): Promise<void> => {
    await page.getByRole("button", { name: "Hibernate" }).click()
    await expect(hibernates).toBeVisible()
    await expect(state(page)).toContainText("hibernating")
  }

  await test.step("its page says since when, what it gave back and what it takes on disk; its processes are gone", async () => {
    await page.goto(`${product.url}/containers/bear`)
    await expect(state(page)).toContainText("running")
    await hibernate()
    await page.goto(`${product.url}/containers/bear/processes`)
    await expect(page.getByText("It hibernates: its processes are on disk.")).toBeVisible()
    await page.goto(`${product.url}/containers?status=hibernated`)
    await expect(page.getByRole("link", { name: "bear", exact: true })).toBeVisible()
  })

  await test.step("the first request is answered, and the page shows it running again", async () => {
    await page.goto(`${product.url}/containers/bear`)
    await expect(state(page)).toContainText("hibernating")
    expect((await fetch(address)).status).toBe(200)
    await expect(state(page)).toContainText("running")
    await expect(hibernates).toBeHidden()
    const told = page.getByRole("listitem")
    await expect(told.filter({ hasText: "went into hibernation" })).toBeVisible()
    await expect(told.filter({ hasText: /woke.*restored in .*by a packet/ })).toBeVisible()
  })

  await test.step("it is woken by hand, and what is killed while it hibernates has ended", async () => {
    // The answered connection has to be over first.
    await expect(async () => {
      await page.getByRole("button", { name: "Hibernate" }).click()
      await expect(hibernates).toBeVisible({ timeout: 5000 })
    }).toPass({ timeout: 60_000 })
    await page.getByRole("button", { name: "Wake" }).click()
    await expect(state(page)).toContainText("running")
    await hibernate()
    await expect(page.getByText("until it wakes it uses no CPU and no memory")).toBeVisible()
    await page.goto(`${product.url}/containers/bear/processes`)
    await page.getByRole("button", { name: "Wake" }).last().click()
    await expect(page.getByRole("region", { name: "Processes of bear" })).toContainText("httpd")
    await page.goto(`${product.url}/containers/bear`)
    await hibernate()
    await page.getByRole("button", { name: "More actions" }).click()
    const kill = page.getByRole("menuitem", { name: "Kill" })
    await expect(kill).toContainText("What it had in memory is thrown away.")
    await kill.click()
    await expect(state(page)).toContainText("exited 137")
  })

  await test.step("the ladder has its rung", async () => {
    await page.goto(`${product.url}/overprovisioning/settings`)
    await expect(page.getByRole("group", { name: "hibernate" })).toContainText("idle for long")
    await expect(page.getByRole("textbox", { name: "Hibernates when idle for" })).toHaveValue(/3,?600/)
  })
  await callAs(operator, "containers.remove", { id, force: true })
})
