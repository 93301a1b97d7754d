// npm run screenshots [-- NAME…]: docs/screenshots/*.png, every page or those named, light and dark, from a console of its own with the demo in it.
import { join } from "node:path"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { findChromium } from "./lib/find-chromium.mjs"
import { setUpHost } from "./lib/host-setup.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { repository } from "./lib/repository.mjs"
import { runCommand } from "./lib/run-command.mjs"
import { say } from "./lib/say.mjs"

try {
  const { positionals } = readFlags({ allowPositionals: true, options: {} })
  await installDependencies()
  await setUpHost({ change: process.getuid() === 0, purposes: ["engine", "screenshots", "e2e"] })
  const chromium = findChromium()
  if (!chromium) throw new Error("There is no Chromium to take the pictures with.")
  await buildProduct()
  const shots = await runCommand(join(repository, "node_modules/.bin/playwright"), ["test", "--config", "e2e/screenshots.config.ts"], {
    live: true,
    env: { ...process.env, PLIMSOLL_CHROMIUM: chromium, PLIMSOLL_SHOTS: positionals.join(",") },
  })
  process.exitCode = shots.code
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}
