import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { purgeEngine } from "@plimsoll/runtime"
import { openOperatorClient } from "../lib/operator-client.mjs"
import { repository } from "../lib/repository.mjs"

/** The built server with directories of its own; `close` takes all of it off the host. */
export async function openServer() {
  const dataDirectory = mkdtempSync("/var/tmp/plimsoll-bench-")
  const runDirectory = mkdtempSync("/run/plimsoll-bench-")
  for (const directory of [dataDirectory, runDirectory]) chmodSync(directory, 0o711)
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
  })
  const exited = once(child, "exit")
  await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes('"msg":"listening"')) resolve()
    })
    void exited.then(([code]) => reject(new Error(`the server ended before it listened, code ${code}`)))
  })
  return {
    client: openOperatorClient({ runDirectory }),
    databasePath: join(dataDirectory, "console.db"),
    async close() {
      child.kill("SIGTERM")
      await exited
      await purgeEngine({ root: join(dataDirectory, "engine"), runDirectory: join(runDirectory, "engine") })
      for (const directory of [dataDirectory, runDirectory]) rmSync(directory, { recursive: true, force: true })
    },
  }
}
