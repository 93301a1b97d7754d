import { signalProcess } from "../kernel/process-stat.js"
import { parseSignal } from "../spec/signals.js"
import { type ContainerRecord, type RunFacts, runOf } from "./container-record.js"
import { syncOfRun } from "./container-store.js"
import { restartCancelled, resumed, stopRequested } from "./container-transitions.js"
import { endRun } from "./end-run.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import type { RunExit } from "./run-watch.js"

const KILLED_EXIT_CODE = 137

/** See `ContainerApi.stop`; to be called in the container's queue. Resolves when its process is gone and all is cleaned up. */
export async function stopContainer(
  context: LifecycleContext,
  id: string,
  options: { signal?: string; timeoutMs?: number } = {},
): Promise<void> {
  const { containers, restarts } = context
  const record = containers.find(id)
  const signal = parseSignal(options.signal ?? record.resolved.stopSignal)
  const graceMs = options.timeoutMs ?? record.resolved.stopTimeoutMs
  restarts.cancel(record.id)
  if (record.state.status === "restarting") await containers.update(record.id, restartCancelled)
  const run = runOf(record)
  if (run === undefined) return
  const exited = context.runs.exited(record.id)
  // Forced: a container that has filled the disk must be stopped all the same.
  await containers.update(record.id, stopRequested, { forced: true, ...syncOfRun(record) })
  await thawIfPaused(context, record, "stop")
  if (graceMs > 0) signalProcess(run.pid, run.pidStartTicks, signal)
  const exit = (await inTime(context, exited, graceMs)) ?? (await killAll(context, record, run, exited))
  await endRun(context, record.id, exit, true)
}

/** A frozen process takes no signal; the user sees the container awake or resumed, then ended. */
export async function thawIfPaused(context: LifecycleContext, { id }: ContainerRecord, cause: "stop" | "kill"): Promise<void> {
  await context.naps.wake(id, cause)
  if (context.containers.get(id)?.state.status !== "paused") return
  await context.naps.inTurn(id, async () => {
    await context.groups.of(context.containers.find(id)).thaw()
    await context.containers.update(id, resumed, { forced: true, sync: "soon" })
  })
}

async function killAll(
  context: LifecycleContext,
  record: ContainerRecord,
  run: RunFacts,
  exited: Promise<RunExit> | undefined,
): Promise<RunExit> {
  signalProcess(run.pid, run.pidStartTicks, "SIGKILL")
  const cgroup = context.groups.of(record)
  await cgroup.killAll(stepDeadlineMs.kill)
  // The cgroup is empty: without conmon's word for it, it was KILL that did it.
  return (await inTime(context, exited, 3000)) ?? { exitCode: KILLED_EXIT_CODE, finishedAt: context.clock.now() }
}

async function inTime(context: LifecycleContext, exited: Promise<RunExit> | undefined, timeoutMs: number): Promise<RunExit | undefined> {
  if (timeoutMs <= 0 || exited === undefined) return undefined
  const timer = new AbortController()
  try {
    return await Promise.race([exited, context.clock.sleep(timeoutMs, timer.signal).then(() => undefined)])
  } finally {
    timer.abort()
  }
}
