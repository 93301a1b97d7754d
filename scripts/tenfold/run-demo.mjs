import { seededRandom } from "@plimsoll/server/load-line"
import { readKernelCounts, sellContainers, startContainers } from "./containers.mjs"
import { computeFigures } from "./judge.mjs"
import { openMachine } from "./machine.mjs"
import { readEvents, toSleeps } from "./read-naps.mjs"
import { visitAtRandom } from "./visit.mjs"

/** Short, so that a demo of minutes shows what takes a quarter of an hour by default. */
const IDLE_MS = 1000
const VISITS_PER_SECOND = 20
/** Of them to those that idle most of the time, together. */
const SELDOM_PER_SECOND = 0.7
const FOREVER_MS = 2 ** 31

/** Sells a small machine of its own tenfold, has it visited, and takes it off the host again, also when `signal` aborts. Resolves with the figures. `note` is told what is done. */
export async function runDemo(plan, { signal, note }) {
  note(`A machine of ${mib(plan.memoryBytes)} and ${mib(plan.swapBytes)} of swap of its own`)
  const machine = await openMachine(plan)
  const watch = watchPeak(machine)
  try {
    return await sellAndVisit(plan, { machine, watch, signal, note })
  } catch (error) {
    // Why it was stopped says more than what was cut off.
    signal.throwIfAborted()
    throw error
  } finally {
    watch.stop()
    note("Taking it all away")
    await machine.close()
  }
}

async function sellAndVisit(plan, { machine, watch, signal, note }) {
  const { client } = machine
  const random = seededRandom(plan.seed)
  const visitDuring = (groups, durationMs, until = signal) => visitAtRandom({ groups, durationMs, random, signal: until })
  const containers = await sellContainers(client, { ...plan, signal })
  const fitting = containers.slice(0, plan.fitting)
  const others = containers.slice(plan.fitting)
  const often = { containers: fitting, perSecond: VISITS_PER_SECOND }
  const sold = { from: 0, to: 0 }
  const visits = {}

  note(`Without overcommit: ${fitting.length} containers of ${mib(plan.limitBytes)}, ${VISITS_PER_SECOND} visits a second`)
  await startContainers(machine, fitting, { ...plan, signal })
  const before = await visitDuring([often], plan.baselineMs)

  note(`Starting ${others.length} more, each touches ${mib(plan.touchedBytes)}; who is idle for ${IDLE_MS / 1000} s naps`)
  await machine.letNap(IDLE_MS)
  visits.filling = await whileVisited(
    (until) => visitDuring([often], FOREVER_MS, until),
    () => startContainers(machine, others, { ...plan, signal }),
    signal,
  )

  note(`Sold out: visits for ${Math.round(plan.visitsMs / 1000)} s, ${SELDOM_PER_SECOND} a second of them to the others`)
  sold.from = Date.now()
  visits.sold = await visitDuring([often, { containers: others, perSecond: SELDOM_PER_SECOND }], plan.visitsMs)
  sold.to = Date.now()
  signal.throwIfAborted()
  const kernel = await readKernelCounts(client, containers)
  const { resources } = await client.query("overprovisioning.now")
  const sleeps = toSleeps(await readEvents(client, ["nap", "wake"]))
  const oomEvents = (await readEvents(client, ["oom"])).length

  note("Without overcommit once more: the others are gone")
  await machine.letNap(null)
  await client.mutate("containers.bulk", { action: "remove", ids: others.map(({ id }) => id), options: { force: true } })
  visits.baseline = [...before, ...(await visitDuring([often], plan.baselineMs))]
  signal.throwIfAborted()

  return computeFigures({
    plan,
    // As the server sees it: what it takes for the machine, and what it sold of it.
    memory: resources.find(({ resource }) => resource === "memory"),
    touchedBytes: kernel.ownBytes,
    oomKills: Math.max(kernel.oomKills, oomEvents),
    visits,
    sleeps,
    sold,
    peakBytes: watch.peakBytes(),
  })
}

/** Resolves with the visits that came while `work` was done. */
async function whileVisited(visitUntil, work, signal) {
  const enough = new AbortController()
  const visiting = visitUntil(AbortSignal.any([signal, enough.signal]))
  try {
    await work()
  } finally {
    enough.abort()
  }
  return visiting
}

/** The highest use of memory, looked at ten times a second. */
function watchPeak({ usedBytes }) {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, usedBytes())
  }, 100)
  return { peakBytes: () => peak, stop: () => clearInterval(timer) }
}

function mib(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
