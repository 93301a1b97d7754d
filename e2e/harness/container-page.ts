import { expect, type Locator, type Page } from "@playwright/test"

export type Graph = "CPU" | "Memory" | "Network" | "Disk" | "Processes"
export type View = "Graphs" | "Logs" | "Terminal" | "Processes" | "Files" | "Isolation" | "Settings"

/** Opens one of a container's pages by its tab. */
export async function openView(page: Page, view: View): Promise<void> {
  await page.getByRole("navigation", { name: "Views of this container" }).getByRole("link", { name: view }).click()
}

/** A graph of the container's page; its accessible name says its latest figures. */
export function graph(page: Page, name: string, kind: Graph): Locator {
  return page.getByRole("region", { name: new RegExp(`^${kind} of ${name}\\.`) })
}

/** The latest figure of a graph's first series, in cores, bytes or units; NaN while there is none. */
export async function latestFigure(page: Page, name: string, kind: Graph): Promise<number> {
  const label = (await graph(page, name, kind).getAttribute("aria-label")) ?? ""
  const [, digits, unit] = /: ([\d.,]+)\u00a0(\S+?)[;.]/.exec(label) ?? []
  if (digits === undefined || unit === undefined) return Number.NaN
  const scale = ["B", "KiB", "MiB", "GiB"].indexOf(unit)
  return Number(digits.replaceAll(",", "")) * (scale > 0 ? 1024 ** scale : 1)
}

/** Expects the drawn line of a graph to change: new samples come and move it. */
export async function expectGraphToMove(page: Page, name: string, kind: Graph): Promise<void> {
  const line = graph(page, name, kind).locator("path.recharts-curve").first()
  const before = await line.getAttribute("d")
  await expect(line).not.toHaveAttribute("d", before ?? "")
}

/** Waits for the shell and types into it as a person does. */
export async function typeInTerminal(page: Page, text: string): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: "Connected" })).toBeVisible()
  const input = page.getByRole("textbox", { name: "Terminal input" })
  await input.focus()
  await page.keyboard.type(`${text}\n`)
}

/** The state beside the container's name. */
export function state(page: Page): Locator {
  return page.locator("header").filter({ has: page.getByRole("heading", { level: 1 }) })
}
