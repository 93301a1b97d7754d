import { constants } from "node:os"
import { EngineError, isEngineError } from "../errors.js"
import { signalProcess } from "../kernel/process-stat.js"
import { parseSignal, signalName } from "../spec/signals.js"
import { type ContainerRecord, type RunFacts, runOf } from "./container-record.js"
import { syncOfRun } from "./container-store.js"
import { signalled } from "./container-transitions.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { thawIfPaused } from "./stop-container.js"

/**
 * See `ContainerApi.kill`. Does not queue, so that it reaches a container whose stop waits for its grace. KILL and the
 * container's own stop signal count as the user's wish that it end.
 */
export async function killContainer(context: LifecycleContext, reference: string, options: { signal?: string } = {}): Promise<void> {
  const signal = parseSignal(options.signal ?? "SIGKILL")
  const { record, run } = runningContainer(context, reference, "send it a signal")
  const deadly = signal === constants.signals.SIGKILL || signal === parseSignal(record.resolved.stopSignal)
  await context.containers.update(record.id, (current) => signalled(current, { signal: signalName(signal), deadly }), {
    forced: true,
    ...syncOfRun(record),
  })
  if (!signalProcess(run.pid, run.pidStartTicks, signal)) throw notRunning(record, "send it a signal")
  // Frozen processes of cgroup v1 die only once they are thawed.
  if (signal === constants.signals.SIGKILL) await thawKilled(context, record)
}

// Its end may be dealt with meanwhile, since this does not queue: then there is nothing left to thaw, or no container any more.
async function thawKilled(context: LifecycleContext, record: ContainerRecord): Promise<void> {
  try {
    await thawIfPaused(context, record, "kill")
  } catch (error) {
    if (!isEngineError(error, "not_found")) throw error
  }
}

/** The container and its present run; rejects with `conflict` when there is none. `purpose` completes "Start it to …". */
export function runningContainer(
  context: Pick<LifecycleContext, "containers">,
  reference: string,
  purpose: string,
): { record: ContainerRecord; run: RunFacts } {
  const record = context.containers.find(reference)
  const run = context.containers.isRemoving(record.id) ? undefined : runOf(record)
  if (run === undefined) throw notRunning(record, purpose)
  return { record, run }
}

export function notRunning(record: ContainerRecord, purpose: string, cause?: unknown): EngineError {
  const wakes = record.state.status === "hibernated"
  return new EngineError("conflict", {
    facts: { id: record.id, status: record.state.status },
    cause,
    publicMessage: wakes
      ? `Container "${record.name}" hibernates. Wake it to ${purpose}.`
      : `Container "${record.name}" is not running. Start it to ${purpose}.`,
  })
}
