import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "./repository.mjs"
import { lastLines, runCommand } from "./run-command.mjs"
import { duration, say } from "./say.mjs"

/** Environment in which neither npm's install scripts nor our tools fetch engines, browsers or send telemetry. */
export const quietEnvironment = {
  PRISMA_SKIP_POSTINSTALL_GENERATE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  PRISMA_ENGINES_CHECKSUM_IGNORE_MISSING: "1",
  CHECKPOINT_DISABLE: "1",
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
  NEXT_TELEMETRY_DISABLED: "1",
}

/** Runs `npm ci` when what is installed is not what the lock file says. Throws with npm's last lines when it fails. */
export async function installDependencies() {
  const difference = whatDiffers()
  if (!difference) return
  say.step(`Installing npm packages from package-lock.json (${difference})`)
  const startedAt = Date.now()
  const npm = await runCommand("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    env: { ...process.env, ...quietEnvironment },
  })
  if (npm.code === 0) return say.done(`npm packages installed in ${duration(Date.now() - startedAt)}`)
  throw new Error(
    [
      "npm could not install the packages:",
      ...lastLines(npm.output, 15).map((line) => `    ${line}`),
      "If a native module could not be built: apt-get install -y build-essential python3, then try again.",
    ].join("\n"),
  )
}

/** Why the installed packages are not those of the lock file, or undefined. npm keeps what it installed in node_modules/.package-lock.json. */
function whatDiffers() {
  const installedPath = join(repository, "node_modules/.package-lock.json")
  if (!existsSync(installedPath)) return "first start"
  const wanted = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")).packages
  const installed = JSON.parse(readFileSync(installedPath, "utf8")).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes("node_modules/") || entry.link || entry.optional || entry.devOptional || entry.peer) continue
    if (installed[path]?.version !== entry.version) return `${path.split("node_modules/").pop()} ${entry.version} is not installed`
  }
  return undefined
}
