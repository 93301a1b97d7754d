import { EngineError, isEngineError } from "../errors.js"
import { type ContainerRecord, runOf } from "./container-record.js"
import { cleanUpRun } from "./end-run.js"
import { type LifecycleContext, stepDeadlineMs } from "./lifecycle-context.js"
import { podMembers } from "./pods.js"
import { stopContainer } from "./stop-container.js"
import { together } from "./undo-steps.js"

/** See `ContainerApi.remove`. `force` kills first, even while a stop waits for its grace. */
export async function removeContainer(
  context: LifecycleContext,
  reference: string,
  options: { force: boolean; removeVolumes: boolean },
): Promise<void> {
  const record = findOrUndefined(context, reference)
  if (record === undefined) return
  const { id } = record
  if (options.force && runOf(record) !== undefined) {
    // Before the kill: a refusal must leave it running.
    refuseIfShared(context, record)
    context.naps.interrupt(id, "kill")
    await context.groups.of(record).killAll(stepDeadlineMs.kill)
  }
  await context.queue.run(id, () => removeNow(context, id, options))
}

async function removeNow(context: LifecycleContext, id: string, options: { force: boolean; removeVolumes: boolean }): Promise<void> {
  const { containers } = context
  let record = containers.get(id)
  if (record === undefined) return
  if (!containers.isRemoving(id)) {
    refuseIfShared(context, record)
    if (record.state.status === "hibernated" && options.force) await context.hibernations.giveUp(id)
    else if (record.state.status === "hibernated") throw hibernates(record)
    else if (runOf(record) !== undefined && options.force) await stopContainer(context, id, { timeoutMs: 0 })
    else if (runOf(record) !== undefined) {
      throw new EngineError("conflict", {
        facts: { id, status: record.state.status },
        publicMessage: `Container "${record.name}" is running. Stop it first, or remove it with force.`,
      })
    }
    context.restarts.cancel(id)
    // What keeps its owner is swept after a crash.
    if (!options.removeVolumes) await context.volumes.disown(id)
    record = await containers.beginRemoval(id)
  }
  await finishRemoval(context, record)
}

/** All that is left to do once removal cannot be undone; safe to repeat, for removals that a crash cut off. */
export async function finishRemoval(
  context: LifecycleContext,
  record: ContainerRecord,
  options: { afterCrash: boolean } = { afterCrash: false },
): Promise<void> {
  if (options.afterCrash) await cleanUpRun(context, record)
  await context.hibernations.forget(record.id)
  await context.rootfs.releaseAll(record.id)
  await together([context.snapshots.remove(record.id), context.network.release(record.id), context.volumes.removeAnonymous(record.id)])
  context.groups.drop(record.id)
  await context.containers.finishRemoval(record)
}

function hibernates({ id, name }: ContainerRecord): EngineError {
  return new EngineError("conflict", {
    facts: { id, status: "hibernated" },
    publicMessage: `Container "${name}" hibernates. Wake it and stop it first, or remove it with force, which gives up what it had in memory.`,
  })
}

// A pod's other members hold its namespaces by this container's process.
function refuseIfShared({ containers }: LifecycleContext, record: ContainerRecord): void {
  const member = containers
    .all()
    .find((other) => other.id !== record.id && runOf(other) !== undefined && Object.values(podMembers(other)).includes(record.id))
  if (member === undefined || runOf(record) === undefined) return
  throw new EngineError("conflict", {
    facts: { id: record.id, sharedBy: member.id },
    publicMessage: `Container "${member.name}" runs in namespaces of "${record.name}". Stop or remove that one first.`,
  })
}

function findOrUndefined({ containers }: LifecycleContext, reference: string): ContainerRecord | undefined {
  try {
    return containers.find(reference)
  } catch (error) {
    // A full id that is not there has been removed: that is what was asked for. A name may be a typing error.
    if (isEngineError(error, "not_found") && /^[0-9a-f]{64}$/.test(reference)) return undefined
    throw error
  }
}
