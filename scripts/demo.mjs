// npm run demo [-- --remove]: fills a running console with three tenants whose containers do small real work, or takes them away.
import { demoContainers, toSpec } from "./demo/containers.mjs"
import { openOperatorClient } from "./lib/operator-client.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"

const LABEL = "plimsoll.demo"
const { values } = readFlags({ options: { remove: { type: "boolean", default: false } } })

try {
  const settings = readSettings()
  const client = openOperatorClient(settings)
  const present = await client.query("containers.list", { labels: [LABEL] })
  if (values.remove) await removeAll(client, present)
  else await fill(client, present, settings)
} catch (error) {
  say.error(error.message)
  process.exitCode = 1
}

async function fill(client, present, { url }) {
  const image = await starterImage(client)
  const { memoryBytes } = await client.query("host.info")
  const byName = new Map(present.map((container) => [container.name, container]))
  for (const row of demoContainers) {
    const container = byName.get(row.name) ?? (await make(client, row, { image, byName, memoryBytes }))
    await bringTo(client, row.leave ?? "running", container)
  }
  say.done(
    `${demoContainers.length} containers of ${new Set(demoContainers.map(({ tenant }) => tenant)).size} tenants are there: ${url}/containers`,
  )
  say.line("    npm run demo -- --remove takes them away again")
}

async function make(client, row, { image, byName, memoryBytes }) {
  const target = row.visits ? await client.query("containers.inspect", { id: byName.get(row.visits).id }) : undefined
  const made = await client.mutate(
    "containers.create",
    toSpec(row, { image, label: LABEL, memoryBytes, targetAddress: target?.networks[0]?.address }),
  )
  byName.set(row.name, made)
  say.step(`Made ${row.name}`)
  return made
}

/** From whatever state it is in; what it is in already is left alone. */
async function bringTo(client, wanted, { id, state }) {
  const { status } = state
  if (wanted === "created") return
  if (wanted === "running" && status !== "running" && status !== "restarting")
    return client.mutate(status === "paused" ? "containers.resume" : "containers.start", { id })
  if (wanted === "paused" && status !== "paused") {
    await client.mutate("containers.start", { id })
    return client.mutate("containers.pause", { id })
  }
  if (wanted === "stopped" && status !== "exited") {
    await client.mutate("containers.start", { id })
    return client.mutate("containers.stop", { id })
  }
}

async function starterImage(client) {
  const images = await client.query("images.list")
  const starter = images.flatMap(({ references }) => references).find((reference) => reference.includes("starter"))
  if (!starter) throw new Error("The starter image is not there; the console makes it on its first start. See Images in the console.")
  return starter
}

async function removeAll(client, present) {
  if (present.length === 0) return say.done("There is nothing of the demo.")
  const { done, failed } = await client.mutate("containers.bulk", {
    action: "remove",
    ids: present.map(({ id }) => id),
    options: { force: true, removeVolumes: true },
  })
  for (const { id, message } of failed) say.error(`${id.slice(0, 12)}: ${message}`)
  for (const volume of demoContainers.flatMap((row) => (row.volume ? [row.volume] : []))) {
    const known = (await client.query("volumes.list")).some(({ name }) => name === volume)
    if (known) await client.mutate("volumes.remove", { name: volume })
  }
  say.done(`Removed ${done.length} containers and their volumes`)
  if (failed.length > 0) process.exitCode = 1
}
