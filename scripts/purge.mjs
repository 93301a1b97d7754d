// npm run purge -- --yes: takes an instance off the host for good: containers, images, volumes, bridge, rules, cgroups, and what the console kept.
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { readInstance } from "./lib/instance-file.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"

/** What server and scripts put into the two directories beside the engine's own. Other people's files there stay. */
const OUR_DATA = [
  "console.db",
  "console.db-wal",
  "console.db-shm",
  "console.db-lock",
  "auth-secret",
  "starter-image-made",
  ".started-before",
  "logs",
]
const OUR_RUN_STATE = ["server.sock", "operator.token", "operator.token.new", "first-password", "instance.json", "instance.json.new"]

/** Places for mounts (lib/web-account.mjs): only ever removed as the empty directories they are. */
const WEB_VIEW = ["web-view/checkout", "web-view/node", "web-view"]

const { values } = readFlags({ options: { yes: { type: "boolean", default: false } } })

try {
  const { dataDirectory, runDirectory } = readSettings()
  const { processes } = readInstance(runDirectory)
  if (processes.length > 0)
    throw new Error(`It still runs (${processes.map(({ name, pid }) => `${name} pid ${pid}`).join(", ")}). Stop it first.`)
  const outside = (process.env.DATABASE_URL ?? "").startsWith("postgres")
    ? " What is in PostgreSQL stays there; drop that database by hand."
    : ""
  if (!values.yes)
    throw new Error(
      `This deletes all containers, images and volumes below ${join(dataDirectory, "engine")}, and the console's sign-ins, history and logs in ${dataDirectory}.${outside} If you mean it: npm run purge -- --yes`,
    )
  await installDependencies()
  await buildProduct({ only: "engine and server" })
  const { purgeEngine } = await import("@plimsoll/runtime")
  await purgeEngine({ root: join(dataDirectory, "engine"), runDirectory: join(runDirectory, "engine") })
  removeOurs(dataDirectory, OUR_DATA)
  for (const path of WEB_VIEW.map((name) => join(runDirectory, name))) if (existsSync(path)) rmdirSync(path)
  removeOurs(runDirectory, OUR_RUN_STATE)
  say.done(`Nothing of this instance is left on the host.${outside}`)
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

/** Removes these names, and the directory too when nothing else is in it. */
function removeOurs(directory, names) {
  if (!existsSync(directory)) return
  for (const name of names) rmSync(join(directory, name), { recursive: true, force: true })
  if (readdirSync(directory).length === 0) rmdirSync(directory)
}
