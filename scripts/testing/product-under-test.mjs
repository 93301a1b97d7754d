import { spawn } from "node:child_process"
import { rmSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { expect } from "vitest"
import { repository } from "../lib/repository.mjs"
import { runCommand } from "../lib/run-command.mjs"

/** An `npm start` of a test's own, with its own port and with directories that it makes itself. `remove` ends it and deletes them. */
export async function productUnderTest(name) {
  const dataDirectory = `/var/tmp/plimsoll-test-${name}-${process.pid}`
  const runDirectory = `/run/plimsoll-test-${name}-${process.pid}`
  const env = {
    ...process.env,
    PLIMSOLL_DATA_DIR: dataDirectory,
    PLIMSOLL_RUN_DIR: runDirectory,
    HOST: "127.0.0.1",
    PORT: `${await freePort()}`,
  }
  let running

  async function stop() {
    running?.child.kill("SIGTERM")
    // Its pipes close when the last process that holds them is gone.
    await running?.ended
    running = undefined
  }

  return {
    dataDirectory,
    runDirectory,
    stop,
    /** Resolves with what it prints once it says that it is ready. */
    async start(more = {}) {
      const child = spawn("npm", ["start", "--", "--no-host-setup"], {
        cwd: repository,
        env: { ...env, ...more },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let output = ""
      const ended = new Promise((resolve) => child.once("close", resolve))
      running = { child, ended }
      await new Promise((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk) => {
            output += chunk
            if (output.includes("Ctrl-C stops")) resolve()
          })
        void ended.then((code) => reject(new Error(`npm start ended with ${code}:\n${output}`)))
      })
      return () => output
    },
    async purge() {
      const { code, output } = await runCommand(process.execPath, [join(repository, "scripts/purge.mjs"), "--yes"], { env })
      expect(code, output).toBe(0)
    },
    async remove() {
      await stop()
      for (const directory of [dataDirectory, runDirectory]) rmSync(directory, { recursive: true, force: true })
    },
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
