import { join } from "node:path"
import { installDependencies } from "./dependencies.mjs"
import { setUpHost } from "./host-setup.mjs"
import { missingTools } from "./host-tools.mjs"
import { newSince, takeInventory } from "./leak-check.mjs"
import { readFlags } from "./read-flags.mjs"
import { repository } from "./repository.mjs"
import { requireNode } from "./require-node.mjs"
import { runCommand } from "./run-command.mjs"
import { duration, say } from "./say.mjs"

/**
 * A suite that is a command of its own beside `npm test`: sets the host up for `purposes`, runs vitest with `args`, and fails when a test does or
 * when something of it is left on the host. `environment` is asked once the host is set up. Sets the exit code.
 */
export async function runSuite(suite) {
  const { values } = readFlags({ options: { "no-host-setup": { type: "boolean", default: false } } })
  try {
    process.exitCode = await run({ ...suite, change: !values["no-host-setup"] })
  } catch (error) {
    say.error(error.message)
    process.exitCode = 1
  }
}

async function run({ title, purposes: own, args, environment = () => ({}), change }) {
  requireNode()
  if (process.getuid() !== 0) throw new Error("It makes root file systems and containers. Run it as root.")
  await installDependencies()
  const purposes = ["engine", ...own]
  await setUpHost({ change, purposes })
  const missing = missingTools(purposes)
  if (missing.length > 0) throw new Error(`It cannot run without ${missing.map((tool) => tool.package).join(", ")}.`)
  const before = takeInventory()
  const startedAt = Date.now()
  say.title(title)
  const { code } = await runCommand(join(repository, "node_modules/.bin/vitest"), ["run", "--reporter=verbose", ...args], {
    env: { ...process.env, ...environment() },
    live: true,
  })
  const left = newSince(before)
  for (const line of left) say.error(`left: ${line}`)
  const took = duration(Date.now() - startedAt)
  if (code === 0 && left.length === 0) say.done(`${title}: passed in ${took}`)
  else say.error(`${title}: failed after ${took}`)
  return code === 0 && left.length > 0 ? 1 : code
}
