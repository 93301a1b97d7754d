import { spawn } from "node:child_process"
import { mkdir, rm } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import type { APIRequest, Page } from "@playwright/test"
import { callAs, signedInRequest } from "./harness/api.js"
import { type DockerDaemon, startDockerDaemon } from "./harness/docker-daemon.js"
import { expect, signIn, test } from "./harness/fixtures.js"
import type { Product } from "./harness/product.js"

const directory = fileURLToPath(new URL("../docs/screenshots/", import.meta.url))
const demo = fileURLToPath(new URL("../scripts/demo.mjs", import.meta.url))

/** Long enough for graphs to have a shape, short enough to wait for. */
const GRAPHS_MS = 150_000

interface Shot {
  name: string
  path: string
  /** Waits until the page shows what it is for. */
  ready?: (page: Page) => Promise<void>
}

const shots: Shot[] = [
  { name: "overview", path: "/", ready: seeText("What needs attention") },
  { name: "containers", path: "/containers", ready: seeText("acme-shop") },
  { name: "overprovisioning", path: "/overprovisioning", ready: seeText("What still fits") },
  { name: "create", path: "/containers/new?image=plimsoll%2Fstarter" },
  { name: "container", path: "/containers/acme-shop" },
  { name: "logs", path: "/containers/northwind-api/logs", ready: seeText("INFO request") },
  { name: "terminal", path: "/containers/acme-shop/terminal", ready: typeInTerminal },
  { name: "processes", path: "/containers/acme-shop/processes", ready: seeText("httpd") },
  { name: "files", path: "/containers/acme-shop/files", ready: seeText("srv") },
  { name: "isolation", path: "/containers/acme-shop/isolation", ready: seeText("CAP_CHOWN") },
  { name: "settings", path: "/containers/acme-shop/settings", ready: seeText("SIGTERM") },
  { name: "images", path: "/images", ready: seeText("plimsoll/starter") },
  { name: "registries", path: "/registries", ready: seeText("registry.example.com") },
  { name: "volumes", path: "/volumes", ready: seeText("acme-db-data") },
  { name: "networks", path: "/networks", ready: seeText("bridge") },
  { name: "events", path: "/events", ready: seeText("northwind") },
  { name: "audit", path: "/events?kind=audit", ready: seeText("by operator") },
  { name: "tenants", path: "/tenants", ready: seeText("Acme Ltd") },
  { name: "tenant", path: "/tenants/acme", ready: seeText("On the plan Freighter") },
  { name: "plans", path: "/plans", ready: seeText("Coaster") },
  { name: "metering", path: "/metering", ready: seeText("acme") },
  { name: "what-if", path: "/overprovisioning/what-if", ready: seeText("Terms") },
  { name: "line-settings", path: "/overprovisioning/settings", ready: seeText("advise") },
  { name: "capacity-report", path: "/overprovisioning/report", ready: seeText("Print or save as PDF") },
  { name: "members", path: "/members" },
  { name: "tokens", path: "/tokens" },
  { name: "account", path: "/account" },
  { name: "hosts", path: "/hosts", ready: seeText("dock-2") },
  { name: "host", path: "/hosts/local" },
  { name: "not-found", path: "/nowhere" },
]

/** Those to be made anew; none: all. */
const names = (process.env.PLIMSOLL_SHOTS ?? "").split(",").filter((name) => name !== "")
const isWanted = (name: string) => names.length === 0 || names.includes(name)

test("every page, light and dark", async ({ browser, playwright, product }) => {
  const unknown = names.filter((name) => name !== "sign-in" && !shots.some((shot) => shot.name === name))
  expect(unknown, "there are no such pictures").toEqual([])
  await using daemon = await startDockerDaemon()
  if (names.length === 0) await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  await fillWithDemo(product.environment)
  await addSecondHost(playwright.request, { product, daemon })
  const began = Date.now()
  for (const theme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme: theme, viewport: { width: 1440, height: 900 }, locale: "en-GB" })
    const page = await context.newPage()
    await page.goto(product.url)
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible()
    if (isWanted("sign-in")) await page.screenshot({ path: `${directory}sign-in-${theme}.png` })
    await signIn(page, product)
    const left = GRAPHS_MS - (Date.now() - began)
    if (left > 0) await page.waitForTimeout(left)
    for (const shot of shots.filter(({ name }) => isWanted(name))) {
      await page.goto(product.url + shot.path)
      await page.waitForLoadState("load")
      await shot.ready?.(page)
      // Graphs draw when their first samples arrive; there is no one thing on all pages to wait for.
      await page.waitForTimeout(2500)
      await page.screenshot({ path: `${directory}${shot.name}-${theme}.png` })
    }
    await context.close()
  }
  const phone = await browser.newContext({
    colorScheme: "light",
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    locale: "en-GB",
  })
  const page = await phone.newPage()
  await signIn(page, product)
  for (const { name, path } of shots.slice(0, 5).filter((shot) => isWanted(shot.name))) {
    await page.goto(product.url + path)
    await page.waitForTimeout(2500)
    await page.screenshot({ path: `${directory}${name}-phone.png` })
  }
  await phone.close()
})

function seeText(text: string) {
  return (page: Page) => expect(page.getByText(text).first()).toBeVisible()
}

async function typeInTerminal(page: Page): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: "Connected" })).toBeVisible()
  const input = page.getByRole("textbox", { name: "Terminal input" })
  await input.click()
  await page.keyboard.type("ps && cat /proc/1/cgroup | head -3 && uptime\n")
}

/** A Docker Engine with two containers beside the demo's, and a registry. */
async function addSecondHost(request: APIRequest, { product, daemon }: { product: Product; daemon: DockerDaemon }): Promise<void> {
  daemon.importBusybox("tools/busybox")
  const operator = await signedInRequest(request, product)
  const { id: host } = await callAs<{ id: string }>(operator, "hosts.add", {
    name: "dock-2",
    endpoint: { kind: "unix", path: daemon.socket },
  })
  for (const [name, pause] of [
    ["mail-relay", "0.2"],
    ["mail-scan", "0.05"],
  ]) {
    const work = `while :; do i=0; while [ $i -lt 4000 ]; do i=$((i+1)); done; sleep ${pause}; done`
    const spec = { host, name, image: "tools/busybox", command: ["sh", "-c", work], limits: { memoryMaxBytes: 256 * 1024 ** 2 } }
    const { id } = await callAs<{ id: string }>(operator, "containers.create", spec)
    await callAs(operator, "containers.start", { id })
  }
  const credentials = { username: "deploy", password: "example" }
  await callAs(operator, "registries.add", { registry: "registry.example.com", credentials })
  await callAs(operator, "registries.add", { registry: "docker.io", mirrors: ["https://mirror.example.com"] })
  await operator.dispose()
}

function fillWithDemo(environment: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [demo], { env: environment, stdio: "inherit" })
    child.once("error", reject)
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`npm run demo ended with ${code}`))))
  })
}
