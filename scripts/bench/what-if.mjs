import { generateTrace, traceOf } from "@plimsoll/server/load-line"
import { median, timeRuns } from "./figures.mjs"
import { openServer } from "./our-server.mjs"
import { writeQuarters } from "./write-quarters.mjs"

const SALES = 200
const DAYS = 30
const QUARTERS = DAYS * 96
const SLOTS_A_QUARTER = 3
const PING_MS = 10
const GiB = 2 ** 30
const terms = {
  ...{
    memoryGuaranteedBytes: 0,
    memoryMaxBytes: GiB / 4,
    cpuGuaranteedCores: 0,
    cpuMaxCores: 0.25,
    cpuWeight: 100,
    diskBytes: GiB,
    pidsMax: 100,
  },
  ...{ containers: 5, volumes: 5, networks: 2, publicPorts: 2, tokens: 2, ociRuntimes: [] },
}

/** What-if on 30 days of 200 tenants, asked of a running server: the first answer, which reads the history, those of whoever moves sliders, and what others notice of it. */
export async function bench({ runs, note, report }) {
  const server = await openServer()
  try {
    // More is sold here than any machine of a bench could hold.
    await server.client.mutate("overprovisioning.changeSettings", { mode: "advise" })
    const { id: plan } = await server.client.mutate("plans.create", { name: "Bench", terms })
    const tenants = Array.from({ length: SALES }, (_, index) => `bench-${index}`)
    for (const tenant of tenants) await server.client.mutate("tenants.create", { tenant, title: "", plan })
    writeQuarters(server.databasePath, coursesOf(tenants))
    note(`${SALES} tenants with ${DAYS} days of quarter-hours`)
    const first = {}
    for (const resource of ["memory", "cpu"]) {
      const began = performance.now()
      const answer = await ask(server, { resource, theta: 0.85 })
      first[resource] = performance.now() - began
      if (answer.days < DAYS - 1 || answer.admitted + answer.refused !== SALES)
        throw new Error(`the answer is of ${answer.days} days and ${answer.admitted + answer.refused} sales`)
      report({ name: `what-if ${resource} first answer`, value: first[resource], unit: "ms", runs: 1 })
      const times = await timeRuns(runs, (run) => ask(server, { resource, theta: 0.5 + (0.5 * (run + 1)) / (runs + 1) }))
      report({ name: `what-if ${resource} next answers`, value: median(times), unit: "ms", runs })
    }
    const { slowest, took } = await heldUp(server)
    report({ name: "what-if memory first answer, days kept", value: took, unit: "ms", runs: 1 })
    report({ name: "what-if others wait at most", value: slowest, unit: "ms", runs: 1 })
  } finally {
    await server.close()
  }
}

const ask = ({ client }, input) => client.query("overprovisioning.whatIf", input)

/** How long an answer took whose history has to be put together from days that are kept, and the slowest answer to somebody else meanwhile. */
async function heldUp(server) {
  let slowest = 0
  let asking = true
  const others = (async () => {
    while (asking) {
      const began = performance.now()
      await server.client.query("session.me")
      slowest = Math.max(slowest, performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, PING_MS))
    }
  })()
  const began = performance.now()
  await ask(server, { resource: "memory", theta: 0.85, days: DAYS - 1 })
  const took = performance.now() - began
  asking = false
  await others
  return { slowest, took }
}

/** By tenant: mean and highest CPU (cores) and memory (bytes) of each quarter-hour, as of machines that nobody measured. */
function coursesOf(tenants) {
  const { header, matrices } = generateTrace({ seed: 1, machines: tenants.length, days: DAYS })
  const cpu = traceOf(header, matrices, "cpu")
  const memory = traceOf(header, matrices, "memory")
  const quarterOf = (trace, row, quarter, bought) => {
    const from = row * trace.slots + quarter * SLOTS_A_QUARTER
    const shares = [...trace.use.subarray(from, from + SLOTS_A_QUARTER)].map((use) => (use / trace.machines[row].limit) * bought)
    return { mean: shares.reduce((sum, share) => sum + share, 0) / SLOTS_A_QUARTER, max: Math.max(...shares) }
  }
  return tenants.map((tenant, row) => ({
    tenant,
    quarters: Array.from({ length: QUARTERS }, (_, quarter) => ({
      cpuCores: quarterOf(cpu, row, quarter, terms.cpuMaxCores),
      memoryUsedBytes: quarterOf(memory, row, quarter, terms.memoryMaxBytes),
    })),
  }))
}
