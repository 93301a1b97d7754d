import type { ContainerStats } from "../engine.js"
import { EngineError } from "../errors.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import { oomKilled } from "./container-transitions.js"
import { inBackground } from "./in-background.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.stats`. */
export function containerStats(context: LifecycleContext, reference: string): ContainerStats {
  const { record } = runningContainer(context, reference, "measure it")
  const stats = sample(context, record, { economical: false })
  if (stats !== undefined) return stats
  throw new EngineError("conflict", { facts: { id: record.id }, publicMessage: `Container "${record.name}" has just ended.` })
}

/** See `ContainerApi.statsAll`. Synchronous reads only: hundreds of containers a second cost no thread-pool turns. */
export function allStats(context: LifecycleContext): ContainerStats[] {
  const all: ContainerStats[] = []
  for (const record of context.containers.all()) {
    const stats = runOf(record) === undefined ? undefined : sample(context, record, { economical: true })
    if (stats !== undefined) all.push(stats)
  }
  return all
}

function sample(context: LifecycleContext, record: ContainerRecord, options: { economical: boolean }): ContainerStats | undefined {
  const measured = context.groups.of(record).sample(options)
  if (measured === undefined) return undefined
  noteOomKills(context, record, measured.memory.oomKills)
  const { memoryMaxBytes, pidsMax } = record.limits
  // Parts of a sample may be those of others too.
  if (memoryMaxBytes !== undefined && measured.memory.maxBytes === undefined)
    measured.memory = { ...measured.memory, maxBytes: memoryMaxBytes }
  if (pidsMax !== undefined && measured.pids.max === undefined) measured.pids = { ...measured.pids, max: pidsMax }
  const network = context.network.sample(record.id)
  // The sample is this call's own: completing it costs a tenth of copying it, and hundreds are made each second.
  return Object.assign(measured, { containerId: record.id }, network === undefined ? undefined : { network })
}

/** Looks for OOM kills of all running containers: for hosts where nobody asks for stats. */
export function checkOomKills(context: LifecycleContext): void {
  for (const record of context.containers.all()) {
    if (runOf(record) !== undefined) noteOomKills(context, record, context.groups.of(record).oomKillCount())
  }
}

// A kill inside of a container that goes on running ends no run; this is the only place that sees it.
function noteOomKills(context: LifecycleContext, record: ContainerRecord, kills: number): void {
  const run = runOf(record)
  if (run === undefined || kills <= run.oomKills) return
  inBackground(context.report, "an OOM kill could not be recorded", async () => {
    await context.containers.update(record.id, (current) => oomKilled(current, kills), { forced: true, sync: "soon" })
  })
}
