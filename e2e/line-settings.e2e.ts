import type { Locator } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { expect, test } from "./harness/fixtures.js"

interface Now {
  settings: { reserve: { disk: number }; theta: { memory: number; cpu: number } }
  /** What was set of them. */
  set: { reserve?: Record<string, number>; theta?: Record<string, number>; fallbackRatio?: Record<string, number> }
  ladder: { settings: { mode: string } }
}

test("an operator sets the load line and the ladder, takes it back, and lets a sale pass that the line refuses", async ({
  console: page,
  playwright,
  product,
}) => {
  const operator = await signedInRequest(playwright.request, product)
  const settings = async () => {
    const { settings: line, ladder } = await callAs<Now>(operator, "overprovisioning.now", undefined, "query")
    return { line, ladder: ladder.settings }
  }
  const set = async () => (await callAs<Now>(operator, "overprovisioning.now", undefined, "query")).set
  const before = await settings()
  await page.getByRole("link", { name: "Overprovisioning" }).click()
  await page.getByRole("navigation", { name: "Views of overprovisioning" }).getByRole("link", { name: "Settings" }).click()

  await test.step("a switch is saved at once, and undone", async () => {
    const advise = page.getByRole("switch", { name: "Advise only: take no step" })
    await expect(advise).not.toBeChecked()
    await advise.click()
    const toast = page.getByRole("listitem").filter({ hasText: "The settings were saved" })
    await expect(toast).toBeVisible()
    await expect(advise).toBeChecked()
    expect(await settings()).toEqual({ ...before, ladder: { ...before.ladder, mode: "advise" } })
    await toast.getByRole("button", { name: "Undo" }).click()
    await expect(page.getByText("The settings are as they were before")).toBeVisible()
    await expect(advise).not.toBeChecked()
    expect(await settings()).toEqual(before)
  })

  await test.step("a wrong value is told at its field and cannot be saved", async () => {
    const form = page.getByRole("form", { name: "Load line" })
    const memory = form.getByRole("group", { name: "Share that the predicted peak may fill" }).getByRole("textbox", { name: "Memory" })
    const save = form.getByRole("button", { name: "Save" })
    await memory.fill("150")
    await memory.blur()
    await expect(memory).toHaveAttribute("aria-invalid", "true")
    await expect(memory).toHaveAccessibleDescription(/must be 100.% or less/)
    await expect(save).toBeDisabled()
  })

  await test.step("back to the default is no number: it is taken back, whether by its button or by undoing, and follows the default again", async () => {
    const form = page.getByRole("form", { name: "Load line" })
    await form.getByRole("button", { name: "Discard changes" }).click()
    const reserve = form.getByRole("group", { name: "Kept for the host" })
    const memory = reserve.getByRole("textbox", { name: "Memory" })
    const back = reserve.getByRole("button", { name: /^Back to/ })
    const byDefault = await memory.inputValue()
    const type = async (text: string) => {
      await memory.fill(text)
      await memory.blur()
    }
    const undo = async () => {
      await page.getByRole("listitem").filter({ hasText: "The settings were saved" }).first().getByRole("button", { name: "Undo" }).click()
      await expect(page.getByText("The settings are as they were before").first()).toBeVisible()
    }
    await type("1024")
    await saveIn(form)
    expect((await set()).reserve).toEqual({ memory: 2 ** 30 })
    await undo()
    await expect(memory).toHaveValue(byDefault)
    expect((await set()).reserve, "undone").toEqual({})

    // A number that happens to be the default's is a number all the same.
    await callAs(operator, "overprovisioning.changeSettings", { reserve: { memory: Number(byDefault) * 2 ** 20 } })
    await expect(back).toBeVisible()
    await back.click()
    await expect(back).toBeHidden()
    await page.route("**/trpc/overprovisioning.changeSettings*", (route) => route.abort(), { times: 1 })
    await form.getByRole("button", { name: "Save" }).click()
    await expect(form.getByText("The settings were not saved")).toBeVisible()
    await expect(back, "what was edited stays").toBeHidden()
    await saveIn(form)
    expect((await set()).reserve).toEqual({})
    await undo()
    await expect(back).toBeVisible()
    expect((await set()).reserve, "undone").toEqual({ memory: Number(byDefault) * 2 ** 20 })
  })

  await test.step("what was taken back in another tab is not saved over", async () => {
    const form = page.getByRole("form", { name: "Load line" })
    const reserve = form.getByRole("group", { name: "Kept for the host" })
    const other = await page.context().newPage()
    await other.goto(page.url())
    const there = other.getByRole("form", { name: "Load line" })
    const cpu = there.getByRole("group", { name: "Kept for the host" }).getByRole("textbox", { name: "CPU" })
    await cpu.fill("0.7")
    await cpu.blur()
    await reserve.getByRole("button", { name: /^Back to/ }).click()
    await saveIn(form)
    await there.getByRole("button", { name: "Save" }).click()
    await expect(there.getByRole("alert")).toContainText("Somebody else changed these settings meanwhile")
    expect((await set()).reserve).toEqual({})
    await saveIn(there)
    expect((await set()).reserve, "theirs and one's own").toEqual({ cpu: 0.7 })
    await other.close()
    await callAs(operator, "overprovisioning.changeSettings", { reserve: { cpu: null } })
    expect(await settings()).toEqual(before)
  })

  await test.step("the audit tells in words that a setting goes by its default again", async () => {
    const audit = await page.context().newPage()
    await audit.goto(`${product.url}/events?kind=audit`)
    await expect(audit.getByText("reserve of CPU: back to default").first()).toBeVisible()
    await audit.close()
  })

  await test.step("what somebody else changed meanwhile is not saved over, but told", async () => {
    const form = page.getByRole("form", { name: "Load line" })
    const memory = form.getByRole("group", { name: "Share that the predicted peak may fill" }).getByRole("textbox", { name: "Memory" })
    await memory.fill("50")
    await memory.blur()
    await callAs(operator, "overprovisioning.changeSettings", { theta: { cpu: 0.5 } })
    await expect(form.getByRole("alert")).toContainText("Somebody else changed these settings meanwhile", { timeout: 15_000 })
    expect((await settings()).line.theta).toEqual({ ...before.line.theta, cpu: 0.5 })
    await form.getByRole("button", { name: "Discard changes" }).click()
    await callAs(operator, "overprovisioning.changeSettings", { theta: { cpu: null } })
    expect(await settings()).toEqual(before)
  })

  await test.step("a volume for which nothing is left is refused, and made anyway with a reason", async () => {
    await callAs(operator, "overprovisioning.changeSettings", { reserve: { disk: 2 ** 50 } })
    try {
      await page.getByRole("link", { name: "Volumes" }).click()
      await page.getByRole("button", { name: "Create a volume" }).first().click()
      const dialog = page.getByRole("dialog", { name: "Create a volume" })
      await dialog.getByRole("textbox", { name: "Name" }).fill("beyond-the-line")
      await dialog.getByRole("textbox", { name: "Size" }).fill("64")
      await dialog.getByRole("button", { name: "Create a volume" }).click()
      await expect(dialog.getByRole("alert")).toContainText("load_line_exceeded")
      await dialog.getByRole("textbox", { name: "Reason" }).fill("A second disk comes on Monday")
      await dialog.getByRole("button", { name: "Do it anyway" }).click()
      await expect(dialog).toBeHidden()
      const events = await callAs(operator, "events.list", { kinds: ["audit"], actions: ["volumes.create"] }, "query")
      expect(JSON.stringify(events)).toContain("A second disk comes on Monday")
      await callAs(operator, "volumes.remove", { name: "beyond-the-line" })
    } finally {
      await callAs(operator, "overprovisioning.changeSettings", { reserve: { disk: null } })
    }
    expect(await settings()).toEqual(before)
  })
  await operator.dispose()
})

/** Saves and waits until nothing is left to save. */
async function saveIn(form: Locator): Promise<void> {
  await form.getByRole("button", { name: "Save" }).click()
  await expect(form.getByText("Not saved yet.")).toBeHidden()
}
