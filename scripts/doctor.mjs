// npm run doctor [-- --json]: what this host can and cannot do, in plain words.
import { join } from "node:path"
import { buildProduct } from "./lib/build-product.mjs"
import { installDependencies } from "./lib/dependencies.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { requireNode } from "./lib/require-node.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"

const { values } = readFlags({ options: { json: { type: "boolean", default: false } } })

try {
  requireNode()
  const { dataDirectory } = readSettings()
  const write = console.log
  // With --json standard output carries the object alone.
  if (values.json) console.log = console.error
  await installDependencies()
  await buildProduct({ only: "engine and server" })
  const { probeHost } = await import("@plimsoll/runtime")
  const info = await probeHost({ root: join(dataDirectory, "engine"), criu: process.env.PLIMSOLL_CRIU || undefined })
  if (values.json) write(JSON.stringify(info))
  else print(info)
  process.exitCode = info.status === "available" ? 0 : 1
} catch (error) {
  say.error(error.message)
  process.exitCode = 2
}

function print(info) {
  const gigabytes = (bytes) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`
  say.title(
    `${info.hostname}: ${info.operatingSystem}, Linux ${info.kernelVersion}, ${info.cpuCount} CPUs, ${gigabytes(info.memoryBytes)} memory, ${gigabytes(info.swapBytes)} swap, cgroup ${info.cgroupVersion}`,
  )
  for (const status of ["available", "degraded", "missing"]) {
    for (const ability of info.abilities.filter((one) => one.status === status)) printAbility(ability)
  }
  if (info.status === "available") return say.done("Containers can run here.")
  say.error(`Containers cannot run here: ${info.reason ?? "see above"}`)
  if (info.remedy) say.line(`      To mend it: ${info.remedy}`)
}

function printAbility({ title, status, detail, remedy, required }) {
  const words = `${title}: ${detail}`
  if (status === "available") return say.done(words)
  if (status === "missing" && required) say.error(words)
  else say.warn(words)
  if (remedy) say.line(`      To mend it: ${remedy}`)
}
