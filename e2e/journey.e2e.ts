import { expectGraphToMove, graph, latestFigure, openView, state, typeInTerminal } from "./harness/container-page.js"
import { expect, signIn, test } from "./harness/fixtures.js"
import { startProduct } from "./harness/product.js"

// Burns CPU without end; holds 20 MB, and grows on into its limit once /tmp/grow is there.
const LOAD = [
  "rm -f /tmp/grow",
  'echo "begun as $$"',
  'block=$(head -c 1000000 /dev/zero | tr "\\000" x)',
  "n=0",
  "while :",
  "do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done",
  'if [ $n -lt 20 ] || [ -e /tmp/grow ]; then n=$((n+1)); eval "held$n=\\$block"; echo "holding $n MB"; fi',
  "done",
].join("; ")

const MEGABYTE = 1024 * 1024

test("from a first start to a container's removal, with its graphs, terminal, logs, limits and an OOM kill on the way", async ({
  page,
}) => {
  test.setTimeout(240_000)
  await using product = await startProduct()
  expect(product.output()).toMatch(/Sign in as\s+operator/)
  await signIn(page, product)

  await test.step("create a container from the starter image with 64 MB and half a CPU", async () => {
    await page.getByRole("link", { name: "Containers" }).click()
    await page.getByRole("link", { name: "Create container" }).first().click()
    await page.getByRole("combobox", { name: /^Image/ }).fill("plimsoll/starter")
    await page.keyboard.press("Escape")
    await page.getByRole("textbox", { name: /^Name/ }).fill("journey")
    await page.getByRole("textbox", { name: /^Command/ }).fill(`sh -c '${LOAD}'`)
    await page.getByRole("textbox", { name: /^Memory/ }).fill("64m")
    await page.getByRole("textbox", { name: /^CPU\s*(optional)?$/ }).fill("0.5")
    await expect(page.getByText(/docker run .*--memory/)).toBeVisible()
    await page.getByRole("button", { name: "Create and start" }).click()
    await expect(page.getByRole("heading", { level: 1, name: "journey" })).toBeVisible()
    await expect(state(page)).toContainText("running")
  })

  await test.step("its graphs move: half a core, growing memory", async () => {
    await expect.poll(() => latestFigure(page, "journey", "CPU"), { timeout: 30_000 }).toBeGreaterThan(0.4)
    expect(await latestFigure(page, "journey", "CPU")).toBeLessThan(0.65)
    await expect.poll(() => latestFigure(page, "journey", "Memory"), { timeout: 30_000 }).toBeGreaterThan(19 * MEGABYTE)
    await expectGraphToMove(page, "journey", "CPU")
    await expectGraphToMove(page, "journey", "Memory")
    await expect(graph(page, "journey", "Memory").getByText("limit 64 MiB")).toBeVisible()
  })

  await test.step("type in its terminal", async () => {
    await openView(page, "Terminal")
    await typeInTerminal(page, "echo answer-$((6*7))")
    await expect(page.locator(".xterm")).toContainText("answer-42")
  })

  await test.step("see its logs", async () => {
    await openView(page, "Logs")
    await expect(page.getByRole("region", { name: "Log of journey" })).toContainText("holding 20 MB")
  })

  await test.step("lower its CPU and see the graph drop", async () => {
    await openView(page, "Settings")
    await page.getByRole("textbox", { name: /^CPU\s*$/ }).fill("0.1")
    await page.getByRole("button", { name: "Apply" }).first().click()
    await expect(page.getByText("The limits hold now")).toBeVisible()
    await openView(page, "Graphs")
    await expect.poll(() => latestFigure(page, "journey", "CPU"), { timeout: 30_000 }).toBeLessThan(0.15)
    await expect(graph(page, "journey", "CPU").getByText(/limit 0\.1/)).toBeVisible()
  })

  await test.step("let it run into its memory limit: the OOM kill is an event and a mark on the graph", async () => {
    await openView(page, "Settings")
    await page.getByRole("textbox", { name: /^CPU\s*$/ }).fill("0.5")
    await page.getByRole("button", { name: "Apply" }).first().click()
    await expect(page.getByText("The limits hold now").first()).toBeVisible()
    await openView(page, "Terminal")
    await typeInTerminal(page, "touch /tmp/grow")
    await expect(state(page)).toContainText("killed, out of memory", { timeout: 60_000 })
    await openView(page, "Graphs")
    await expect(graph(page, "journey", "Memory").getByRole("button", { name: /out of memory/ })).toBeVisible()
    await page.getByRole("link", { name: "Events" }).click()
    await expect(page.getByText("journey").first()).toBeVisible()
    await expect(page.getByText(/out of memory/i).first()).toBeVisible()
  })

  await test.step("start, restart, stop, remove", async () => {
    await page.goto(`${product.url}/containers/journey`)
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await expect(state(page)).toContainText("running")
    await page.getByRole("button", { name: "Restart", exact: true }).click()
    await openView(page, "Logs")
    await page.getByLabel("Search the log").fill("begun as")
    await expect(page.getByText(/^3 of [\d,]+ lines$/)).toBeVisible()
    await expect(state(page)).toContainText("running")
    await page.getByRole("button", { name: "Stop", exact: true }).click()
    await expect(state(page)).toContainText("exited", { timeout: 30_000 })
    await page.getByRole("button", { name: "Remove", exact: true }).click()
    const dialog = page.getByRole("alertdialog").or(page.getByRole("dialog"))
    await expect(dialog).toContainText("All files changed inside")
    await dialog.getByRole("button", { name: "Remove", exact: true }).click()
    await expect(page.getByText("journey was removed")).toBeVisible()
    await page.getByRole("link", { name: "All containers" }).click()
    await expect(page.getByText("No containers yet")).toBeVisible()
  })
})
