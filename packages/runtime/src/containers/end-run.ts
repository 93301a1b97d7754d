import type { ContainerRecord } from "./container-record.js"
import { runOf } from "./container-record.js"
import { syncOfRun } from "./container-store.js"
import { ended } from "./container-transitions.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import type { RunExit } from "./run-watch.js"
import { together } from "./undo-steps.js"
import { withDeadline } from "./with-deadline.js"

const KILLED_EXIT_CODE = 137

/**
 * The container's process is gone: records it, wakes who waits, cleans up, and lets the restart policy decide. To be called
 * in the container's queue; no effect when the run was dealt with already. `stopped`: it ended because `stop` was called.
 */
export async function endRun(context: LifecycleContext, id: string, exit: RunExit, stopped = false): Promise<void> {
  const { containers, groups, clock } = context
  const record = containers.get(id)
  const run = record === undefined || containers.isRemoving(id) ? undefined : runOf(record)
  if (record === undefined || run === undefined) return
  const oomKills = groups.of(record).oomKillCount()
  const oomKilled = oomKills > 0 && exit.exitCode === KILLED_EXIT_CODE
  const after = await containers.update(
    id,
    (current) => ended(current, { run, exit: { ...exit, oomKilled }, oomKills, now: clock.now(), stopped }),
    { forced: true, ...syncOfRun(record) },
  )
  context.runs.forget(id)
  context.naps.forget(id)
  context.health.unwatch(id)
  context.logs.unwatch(id)
  try {
    await cleanUpRun(context, after)
  } finally {
    // What could not be cleaned up must not keep it waiting for ever: the next start tries again.
    scheduleRestart(context, after)
  }
  if (after.state.status === "exited" && after.spec.autoRemove === true) context.followUps.remove(id)
}

/** Removes all that a run has on the host; `keepsNetwork`: but its place in its networks. Safe to repeat, and for a container that does not run. */
export async function cleanUpRun(
  context: LifecycleContext,
  record: Pick<ContainerRecord, "id" | "tenant">,
  { keepsNetwork = false }: { keepsNetwork?: boolean } = {},
): Promise<void> {
  const { id } = record
  const cgroup = context.groups.of(record)
  await withDeadline("clean-up", stepDeadlineMs.sandbox, async () => {
    await cgroup.killAll(stepDeadlineMs.kill)
    await together([
      context.sandbox.delete(id).then(() => cgroup.remove()),
      keepsNetwork ? Promise.resolve() : context.network.detach(id),
      context.rootfs.release(id),
      context.volumes.release(id),
    ])
  })
  context.groups.drop(id)
  if (!context.containers.isUnwritten(id)) await context.sandbox.forgetExit(id)
}

/** Sets the timer of a container whose restart policy waits; no effect for others. */
export function scheduleRestart(context: LifecycleContext, record: ContainerRecord): void {
  const { state } = record
  if (state.status === "restarting") context.restarts.set(record.id, state.restartAt, () => context.followUps.restart(record.id))
}
