import { createSandboxDriver } from "../create-sandbox-driver.js"
import type { SandboxSpec } from "../sandbox.js"

/**
 * A daemon to be killed: starts the container of the spec in argv, then a terminal in it, writes their pids as
 * one line of JSON and waits. Run by tests in a process of its own.
 */
const [runDirectory = "", specJson = "{}", execId = ""] = process.argv.slice(2)
const spec = JSON.parse(specJson) as SandboxSpec
const driver = createSandboxDriver({ runDirectory })
const created = await driver.create(spec)
await driver.start(spec.id)
const exec = await driver.exec({
  id: spec.id,
  execId,
  spec: { command: ["/bin/sh"], terminal: true, stdin: true },
  uid: 0,
  gid: 0,
  additionalGids: [],
  environment: ["PATH=/bin"],
  workingDirectory: "/",
  capabilities: spec.capabilities,
})
process.stdout.write(`${JSON.stringify({ ...created, execPid: exec.pid })}\n`)
setInterval(() => undefined, 1_000_000)
