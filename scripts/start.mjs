// npm start: brings up the console from a fresh checkout; see README.md. Plain Node until npm's packages are there.
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { setUpHost } from "./lib/host-setup.mjs"
import { printProbe } from "./lib/probe.mjs"
import { firstPassword, startProduct } from "./lib/product.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { duration, say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"
import { webAccount } from "./lib/web-account.mjs"

const { values } = readFlags({ options: { "no-host-setup": { type: "boolean", default: false } } })
const startedAt = Date.now()
const STARTER_IMAGE_MS = 30_000

try {
  await start()
} catch (error) {
  say.error(error.message)
  if (process.env.PLIMSOLL_LOG_LEVEL === "debug") console.error(error)
  process.exitCode = 1
}

async function start() {
  requireNode()
  const settings = readSettings()
  const change = settings.root && !values["no-host-setup"]
  say.title("Plimsoll")
  if (!settings.root) say.warn("Not started as root: the console works, the engine cannot run containers. For the whole: sudo npm start")

  await installDependencies()
  await setUpHost({ change })
  await buildProduct()
  const account = await webAccount({ create: change })
  // From the first process on: what runs detached must not stay behind when one leaves while it comes up.
  const coming = new AbortController()
  let product
  let leaving = false
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void leave())
  product = await startProduct({ settings, account, signal: coming.signal, onGivenUp: (reason) => void leave(reason) })
  await report(settings, product.health)

  async function leave(reason) {
    // `startProduct` stops what it has started, and rejects with the reason.
    if (!product) return coming.abort(new Error(reason ?? "Stopped before it was up"))
    if (leaving) return
    leaving = true
    say.line()
    if (reason) say.error(reason)
    say.step("Stopping web and server; containers go on running")
    await product.stop()
    say.done("Stopped")
    process.exit(reason ? 1 : 0)
  }
}

async function report(settings, health) {
  const marker = join(settings.dataDirectory, ".started-before")
  const password = firstPassword(settings.runDirectory)
  if (!existsSync(marker)) {
    await printProbe(settings)
    if (health.ready) await reportStarterImage(settings)
    writeFileSync(marker, "")
  }
  if (!health.ready)
    say.warn(
      `The engine is unavailable${health.reason ? `: ${health.reason.replace(/\.$/, "")}` : ""}. The console says what mends it; so does npm run doctor.`,
    )
  if (settings.unnamedOrigin)
    say.warn(
      `It listens at ${settings.host}, but requests by another name than localhost are refused until that is listed: PLIMSOLL_PUBLIC_ORIGINS=http://ADDRESS:${settings.port}`,
    )
  say.line()
  say.done(`Ready after ${duration(Date.now() - startedAt)}: ${say.bold(settings.url)}`)
  if (password) {
    say.line()
    say.line(`    Sign in as  ${say.bold("operator")}`)
    say.line(`    Password    ${say.bold(password)}   (shown until you change it or the host reboots)`)
  }
  say.line()
  say.line(
    say.dim(`    Data ${settings.dataDirectory} · logs ${join(settings.dataDirectory, "logs")} · Ctrl-C stops; containers go on running`),
  )
}

/** The server makes it beside its first work, in a second or two; who is told “Ready” shall find it. */
async function reportStarterImage({ dataDirectory }) {
  const made = join(dataDirectory, "starter-image-made")
  const deadline = Date.now() + STARTER_IMAGE_MS
  while (!existsSync(made) && Date.now() < deadline) await delay(50)
  if (existsSync(made)) say.done("The starter image is there: plimsoll/starter, made from this host's busybox")
  else say.warn(`There is no starter image yet. If it does not come, the server's log says why: ${join(dataDirectory, "logs/server.log")}`)
}
