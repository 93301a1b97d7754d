import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { purgeEngine } from "@plimsoll/runtime"
import { openOperatorClient } from "../lib/operator-client.mjs"
import { repository } from "../lib/repository.mjs"

/**
 * The built server with directories of its own; `close` takes all of it off the host. `prepare({ engineRoot })` is done before it starts. `detached`: Ctrl-C at the terminal does not
 * reach it, so that whoever opened it closes it in order.
 */
export async function openServer({ name = "bench", prepare, detached = false } = {}) {
  const dataDirectory = mkdtempSync(`/var/tmp/plimsoll-${name}-`)
  const runDirectory = mkdtempSync(`/run/plimsoll-${name}-`)
  const engineRoot = join(dataDirectory, "engine")
  const remove = async () => {
    await purgeEngine({ root: engineRoot, runDirectory: join(runDirectory, "engine") })
    for (const directory of [dataDirectory, runDirectory]) rmSync(directory, { recursive: true, force: true })
  }
  try {
    for (const directory of [dataDirectory, runDirectory]) chmodSync(directory, 0o711)
    await prepare?.({ engineRoot })
    const { pid, stop } = await startServer({ dataDirectory, runDirectory, detached })
    return {
      client: openOperatorClient({ runDirectory }),
      pid,
      engineRoot,
      databasePath: join(dataDirectory, "console.db"),
      async close() {
        await stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Resolves when it listens, with its pid and what stops it. */
async function startServer({ dataDirectory, runDirectory, detached }) {
  const child = spawn(process.execPath, [join(repository, "apps/server/dist/main.js")], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      PLIMSOLL_DATA_DIR: dataDirectory,
      PLIMSOLL_RUN_DIR: runDirectory,
      PLIMSOLL_LOG_LEVEL: "info",
      DATABASE_URL: "",
    },
    stdio: ["ignore", "pipe", "inherit"],
    detached,
  })
  const exited = once(child, "exit")
  await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes('"msg":"listening"')) resolve()
    })
    void exited.then(([code]) => reject(new Error(`the server ended before it listened, code ${code}`)))
  })
  const stop = async () => {
    child.kill("SIGTERM")
    await exited
  }
  return { pid: child.pid, stop }
}
