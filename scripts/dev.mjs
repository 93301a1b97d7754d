// npm run dev: server and web that follow the sources. Ctrl-C ends all of it; containers go on running.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies, quietEnvironment } from "./lib/dependencies.mjs"
import { repository } from "./lib/repository.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { runCommand } from "./lib/run-command.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"
import { unlessGone } from "./lib/unless-gone.mjs"

try {
  requireNode()
  const settings = readSettings()
  await installDependencies()
  await buildProduct({ only: "engine and server" })
  const env = {
    ...process.env,
    ...quietEnvironment,
    PLIMSOLL_DATA_DIR: settings.dataDirectory,
    PLIMSOLL_RUN_DIR: settings.runDirectory,
    HOST: settings.host,
    PORT: `${settings.port}`,
  }
  const tsc = join(repository, "node_modules/typescript/bin/tsc")
  const web = await runCommand(process.execPath, [tsc, "-p", "apps/web/tsconfig.server.json"], { env })
  if (web.code !== 0) throw new Error(`The web's own server does not compile:\n${web.output}`)
  // Each in a process group of its own: tsc is two processes, and the one that is started does not hand a signal on.
  const follow = (args, more = {}) =>
    spawn(process.execPath, args, { cwd: repository, env: { ...env, ...more }, stdio: ["ignore", "inherit", "inherit"], detached: true })
  const children = [
    follow([tsc, "-b", "--watch", "--preserveWatchOutput", "packages/runtime", "apps/server"]),
    follow(["--watch", "--enable-source-maps", "apps/server/dist/main.js"]),
    // Not by `npm run`: its shell would die of TERM alone and leave the web behind.
    follow(["apps/web/dist/server/main.js"], { NODE_ENV: "development" }),
  ]
  say.done(`Following the sources: ${settings.url}`)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => endAll(children))
  for (const child of children) child.once("exit", () => endAll(children))
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

function endAll(children) {
  for (const { pid } of children) unlessGone(() => process.kill(-pid, "SIGTERM"))
}
