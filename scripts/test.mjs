// npm test [-- STEP…]: every check, one summary, and the proof that nothing of ours is left on the host.

import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { setUpHost } from "./lib/host-setup.mjs"
import { missingTools, unavailableHere } from "./lib/host-tools.mjs"
import { newSince, takeInventory } from "./lib/leak-check.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { lastLines } from "./lib/run-command.mjs"
import { duration, say } from "./lib/say.mjs"
import { steps } from "./lib/test-steps.mjs"
import { webAccount } from "./lib/web-account.mjs"

const { values, positionals } = readFlags({ allowPositionals: true, options: { "no-host-setup": { type: "boolean", default: false } } })
const startedAt = Date.now()
const results = []
const notRun = []
const retried = []

try {
  await runAll()
} catch (error) {
  results.push({ title: "Preparation", passed: 0, failed: 1, milliseconds: 0 })
  say.error(error.message)
}
summarise()

async function runAll() {
  requireNode()
  const unknown = positionals.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0)
    throw new Error(`There is no check “${unknown.join("”, “")}”. There are: ${steps.map(({ name }) => name).join(", ")}`)
  const change = process.getuid() === 0 && !values["no-host-setup"]
  say.title("Preparing")
  await installDependencies()
  const wanted = positionals.length > 0 ? steps.filter(({ name }) => positionals.includes(name)) : steps
  const purposes = ["engine", ...wanted.map(({ name }) => name)]
  notRun.push(...(await setUpHost({ change, purposes })))
  await webAccount({ create: change })
  for (const tool of missingTools(purposes))
    notRun.push(`What needs ${tool.anyOf.join(" or ")}: ${unavailableHere(tool) ?? `apt-get install -y ${tool.package}`}`)

  const before = takeInventory()
  await record("Build", async () => {
    await buildProduct()
    return { passed: 1, failed: 0, skipped: [], output: "" }
  })
  // Integration tests wait more than they compute: what does not count on a kernel to itself runs beside them.
  const lanes = new Set(wanted.map(({ lane }) => lane))
  await Promise.all([...lanes].map((name) => inOrder(wanted.filter(({ lane }) => lane === name))))
  await record("Nothing of ours is left on the host", () => checkLeaks(before))
}

async function inOrder(lane) {
  for (const step of lane) {
    const reason = step.impossible?.()
    if (reason) notRun.push(`${step.title}: ${reason}`)
    else await record(step.title, step.run)
  }
}

async function record(title, run) {
  say.step(title)
  const began = Date.now()
  const result = await run().catch((error) => ({ passed: 0, failed: 1, skipped: [], output: error.message }))
  const milliseconds = Date.now() - began
  say.title(title)
  if (result.failed > 0) say.line(result.output)
  const counts = result.failed > 0 ? `${result.failed} failed, ${result.passed} passed` : `${result.passed} passed`
  const line = `${counts} in ${duration(milliseconds)}`
  if (result.failed > 0) say.error(line)
  else say.done(line)
  for (const name of result.skipped) notRun.push(`${title}: ${name}`)
  for (const name of result.retried ?? []) retried.push(`${title}: ${name}`)
  results.push({ title, milliseconds, passed: result.passed, failed: result.failed })
}

async function checkLeaks(before) {
  const left = newSince(before)
  return {
    passed: left.length === 0 ? 1 : 0,
    failed: left.length === 0 ? 0 : 1,
    skipped: [],
    output: left.map((line) => `    left: ${line}`).join("\n"),
  }
}

function summarise() {
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  say.line()
  say.title(`Summary after ${duration(Date.now() - startedAt)}`)
  for (const result of results) {
    const words = `${result.title.padEnd(40)} ${`${result.passed}`.padStart(5)} passed ${`${result.failed}`.padStart(4)} failed  ${duration(result.milliseconds).padStart(12)}`
    if (result.failed > 0) say.error(words)
    else say.done(words)
  }
  if (notRun.length > 0) {
    say.title("Could not run here")
    for (const line of lastLines(notRun.join("\n"), 200)) say.warn(line)
  }
  if (retried.length > 0) {
    say.title("Passed only when tried again: look into these")
    for (const line of lastLines(retried.join("\n"), 50)) say.warn(line)
  }
  say.line()
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
