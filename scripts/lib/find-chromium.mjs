import { existsSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { findProgram } from "./find-program.mjs"
import { repository } from "./repository.mjs"

const NAMES = ["chromium", "google-chrome-stable", "google-chrome"]

/**
 * Absolute path of the browser that the end-to-end tests drive, or undefined: `PLIMSOLL_CHROMIUM` alone if that is set, else the
 * distribution's, else the one that Playwright was told to download (`npx playwright install chromium`). A snap is none: its
 * confinement hides the tests' temporary files from it.
 */
export function findChromium(env = process.env) {
  if (env.PLIMSOLL_CHROMIUM) return findProgram(env.PLIMSOLL_CHROMIUM, env.PATH)
  const installed = NAMES.map((name) => findProgram(name, env.PATH)).find((path) => path && !isSnap(path))
  return installed ?? playwrightsOwn()
}

/** `/snap/bin/chromium` is a link to `/usr/bin/snap`. */
function isSnap(path) {
  return path.startsWith("/snap/") || realpathSync(path).endsWith("/snap")
}

function playwrightsOwn() {
  const manifest = join(repository, "node_modules/@playwright/test/package.json")
  if (!existsSync(manifest)) return undefined
  return findProgram(createRequire(manifest)("@playwright/test").chromium.executablePath())
}
