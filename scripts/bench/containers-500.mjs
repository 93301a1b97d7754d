import { readFileSync } from "node:fs"
import { loadavg } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { median } from "./figures.mjs"
import { IMAGE, openEngine } from "./our-engine.mjs"
import { openServer } from "./our-server.mjs"

const COUNT = 500
const AT_ONCE = 4
const RUNS = 3
const RUN_SECONDS = 15
/** A daemon samples for months: its code is compiled and its descriptors are open. */
const WARM_UP_ROUNDS = 100
const WARM_UP_SECONDS = 12
const SERVER_SECONDS = 30
/** Clock ticks of /proc/PID/stat are this long on every architecture that Node.js runs on. */
const TICK_MS = 10

const kinds = [
  { name: "asleep", command: ["/bin/sleep", "100000"] },
  {
    name: "that wake twice a second",
    command: ["/bin/sh", "-c", "mkfifo /tmp/never; exec 3<>/tmp/never; while :; do read -t 0.5 line <&3; done"],
  },
  { name: "that start a process each second", command: ["/bin/sh", "-c", "while :; do sleep 1; done"] },
]

/** 500 containers: what sampling all of them each second costs the engine, for three kinds of containers, and what a server costs whose containers all sleep. */
export async function bench({ note, report }) {
  for (const { name, command } of kinds) {
    const { engine, close } = await openEngine()
    try {
      await atOnce(async () => {
        const { id } = await engine.containers.create({ image: IMAGE, command })
        await engine.containers.start(id)
      })
      const shares = await samplingShares(engine)
      note(`${name}: ${shares.map((share) => share.toFixed(2)).join(", ")} % of a core at load ${loadavg()[0].toFixed(1)}`)
      report({ name: `containers-500 ${name}: sampling each second`, value: median(shares), unit: "% of a core", runs: RUNS })
    } finally {
      await close()
    }
  }
  report({ name: "containers-500 asleep: whole server", value: await serverShare(note), unit: "% of a core", runs: 1 })
}

async function atOnce(work) {
  let begun = 0
  const some = async () => {
    while (begun++ < COUNT) await work()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
}

/** CPU time of this process in its calls, one a second. */
async function samplingShares(engine) {
  const sample = async () => {
    const before = process.cpuUsage()
    const samples = await engine.containers.statsAll()
    const { user, system } = process.cpuUsage(before)
    if (samples.length !== COUNT) throw new Error(`${samples.length} of ${COUNT} containers were sampled`)
    return user + system
  }
  const sampleFor = async (seconds) => {
    let micros = 0
    for (let second = 0; second < seconds; second++) {
      const began = performance.now()
      micros += await sample()
      await delay(Math.max(0, 1000 - (performance.now() - began)))
    }
    return (100 * micros) / 1e6 / seconds
  }
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await sample()
  await sampleFor(WARM_UP_SECONDS)
  const shares = []
  for (let run = 0; run < RUNS; run++) shares.push(await sampleFor(RUN_SECONDS))
  return shares
}

/** CPU time of a server with 500 containers that sleep, less that of the same server with none. */
async function serverShare(note) {
  const server = await openServer()
  try {
    const { client, pid } = server
    // More is sold here than a machine of a bench could hold.
    await client.mutate("overprovisioning.changeSettings", { mode: "advise" })
    await delay(WARM_UP_SECONDS * 1000)
    const empty = await cpuShare(pid)
    const image = (await client.query("images.list")).flatMap(({ references }) => references).find((name) => name.includes("starter"))
    await atOnce(async () => {
      const { id } = await client.mutate("containers.create", { image, command: ["/bin/sleep", "100000"] })
      await client.mutate("containers.start", { id })
    })
    await delay(2 * WARM_UP_SECONDS * 1000)
    const full = await cpuShare(pid)
    note(`the server: ${empty.toFixed(2)} % of a core with none, ${full.toFixed(2)} % with ${COUNT}, at load ${loadavg()[0].toFixed(1)}`)
    return full - empty
  } finally {
    await server.close()
  }
}

async function cpuShare(pid) {
  const [began, before] = [performance.now(), cpuMs(pid)]
  await delay(SERVER_SECONDS * 1000)
  return (100 * (cpuMs(pid) - before)) / (performance.now() - began)
}

/** User and system time of all threads (proc_pid_stat(5), fields 14 and 15). */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
