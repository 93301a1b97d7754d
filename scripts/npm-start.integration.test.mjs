import { spawn } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openOperatorClient } from "./lib/operator-client.mjs"
import { repository } from "./lib/repository.mjs"
import { runCommand } from "./lib/run-command.mjs"

describe("npm start", () => {
  let dataDirectory
  let runDirectory
  let env
  let running
  beforeEach(async () => {
    // It makes both itself, so that containers' users pass through.
    dataDirectory = `/var/tmp/plimsoll-test-start-${process.pid}`
    runDirectory = `/run/plimsoll-test-start-${process.pid}`
    env = {
      ...process.env,
      PLIMSOLL_DATA_DIR: dataDirectory,
      PLIMSOLL_RUN_DIR: runDirectory,
      HOST: "127.0.0.1",
      PORT: `${await freePort()}`,
    }
  })
  afterEach(async () => {
    running?.child.kill("SIGTERM")
    await running?.ended
    running = undefined
    for (const directory of [dataDirectory, runDirectory]) rmSync(directory, { recursive: true, force: true })
  })

  it("ends its first start with a starter image; purge takes all of it away, so that the next start is a first one", async () => {
    const npm = await started()
    expect(npm.output()).toContain("The starter image is there")
    const images = await openOperatorClient({ runDirectory }).query("images.list")
    expect(images.flatMap(({ references }) => references)).toContainEqual(expect.stringContaining("plimsoll/starter"))
    npm.child.kill("SIGTERM")
    await npm.ended
    await purge()
    for (const directory of [dataDirectory, runDirectory]) expect(existsSync(directory), directory).toBe(false)
  })

  it("stops web and server when npm itself is told to, as `timeout npm start` and service managers do", async () => {
    const npm = await started()
    npm.child.kill("SIGTERM")
    // Its pipes close when the last process that holds them is gone.
    await npm.ended
    expect(npm.output()).toContain("Stopped")
    expect(existsSync(join(runDirectory, "instance.json"))).toBe(false)
    await purge()
  })

  /** `npm start` that says it is ready. */
  async function started() {
    const child = spawn("npm", ["start", "--", "--no-host-setup"], { cwd: repository, env, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    const ended = new Promise((resolve) => child.once("close", resolve))
    running = { child, ended, output: () => output }
    await new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk) => {
          output += chunk
          if (output.includes("Ctrl-C stops")) resolve()
        })
      void ended.then((code) => reject(new Error(`npm start ended with ${code}:\n${output}`)))
    })
    return running
  }

  async function purge() {
    const { code, output } = await runCommand(process.execPath, [join(repository, "scripts/purge.mjs"), "--yes"], { env })
    expect(code, output).toBe(0)
  }
})

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
