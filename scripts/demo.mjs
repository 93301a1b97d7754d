// npm run demo [-- --remove]: fills a running console with three tenants whose containers do small real work, or takes them away.
import { setTimeout as sleep } from "node:timers/promises"
import { demoContainers, toSpec } from "./demo/containers.mjs"
import { demoPlans, demoTenants } from "./demo/tenants.mjs"
import { openOperatorClient } from "./lib/operator-client.mjs"
import { readFlags } from "./lib/read-flags.mjs"
import { say } from "./lib/say.mjs"
import { readSettings } from "./lib/settings.mjs"

const LABEL = "plimsoll.demo"
/** The demo sells more than a machine that was never watched may: each sale says so. */
const OVERRULE = "the demo sells more than there is, to show it"
/** A tenant whose grace time is over goes at the next full minute. */
const GOING_MS = 90_000
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
  const host = await client.query("host.info")
  const { memoryBytes } = host
  await sell(client, host)
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

/** Gives the tenants their plans. Together these promise more than the machine has. */
async function sell(client, host) {
  const plans = new Map((await client.query("plans.list")).map(({ name, id }) => [name, id]))
  for (const { name, terms } of demoPlans(host))
    if (!plans.has(name)) plans.set(name, (await client.mutate("plans.create", { name, terms })).id)
  const known = new Map((await client.query("tenants.list")).map((tenant) => [tenant.name, tenant]))
  for (const { tenant, title, plan } of demoTenants)
    if (!known.get(tenant)?.plan) await client.mutate("tenants.create", { tenant, title, plan: plans.get(plan), overrule: OVERRULE })
}

async function make(client, row, { image, byName, memoryBytes }) {
  const target = row.visits ? await client.query("containers.inspect", { id: byName.get(row.visits).id }) : undefined
  const made = await client.mutate("containers.create", {
    ...toSpec(row, { image, label: LABEL, memoryBytes, targetAddress: target?.networks[0]?.address }),
    overrule: OVERRULE,
  })
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
  const names = demoTenants.map(({ tenant }) => tenant)
  const tenants = (await client.query("tenants.list")).filter(({ name, plan }) => names.includes(name) && plan !== null)
  if (present.length === 0 && tenants.length === 0) return say.done("There is nothing of the demo.")
  const { done, failed } =
    present.length === 0
      ? { done: [], failed: [] }
      : await client.mutate("containers.bulk", {
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
  await removeTenants(client, tenants)
  if (failed.length > 0) process.exitCode = 1
}

/** Tenants with all that somebody else made for them, then the plans that nobody else has. */
async function removeTenants(client, tenants) {
  for (const { name } of tenants) await client.mutate("tenants.remove", { tenant: name, graceMs: 0 })
  if (tenants.length > 0) say.step("Waiting until the tenants are gone, at the next full minute")
  const deadline = Date.now() + GOING_MS
  const going = async () => (await client.query("tenants.list")).filter(({ name }) => tenants.some((tenant) => tenant.name === name))
  let left = await going()
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(1000)
    left = await going()
  }
  if (left.length > 0) throw new Error(`Not gone yet: ${left.map(({ name }) => name).join(", ")}. They go as soon as the engine lets them.`)
  const ours = new Set(demoTenants.map(({ plan }) => plan))
  for (const { id, name, tenants: users } of await client.query("plans.list"))
    if (ours.has(name) && users.length === 0) await client.mutate("plans.remove", { plan: id })
  say.done("Removed tenants and plans")
}
