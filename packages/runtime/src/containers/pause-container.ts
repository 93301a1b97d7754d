import { EngineError } from "../errors.js"
import { paused, resumed } from "./container-transitions.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.pause`; to be called in the container's queue. One that naps is paused by hand from then on. */
export async function pauseContainer(context: LifecycleContext, id: string): Promise<void> {
  const { record } = runningContainer(context, id, "pause it")
  if (record.state.status === "paused" && record.state.nap === undefined)
    throw new EngineError("conflict", { facts: { id: record.id }, publicMessage: `Container "${record.name}" is paused already.` })
  const cgroup = context.groups.of(record)
  context.health.suspend(record.id)
  await context.naps.inTurn(record.id, async () => {
    try {
      await cgroup.freeze()
      await context.containers.update(record.id, (current) => paused(current, context.clock.now()), { sync: "soon" })
      context.naps.stopListening(record.id)
    } catch (error) {
      // A nap stays one.
      if (context.containers.get(record.id)?.state.status === "running") {
        await cgroup.thaw()
        context.health.resume(record.id)
      }
      throw error
    }
  })
}

/** See `ContainerApi.resume`; to be called in the container's queue. */
export async function resumeContainer(context: LifecycleContext, id: string): Promise<void> {
  const { record } = runningContainer(context, id, "resume it")
  if (record.state.status !== "paused")
    throw new EngineError("conflict", { facts: { id: record.id }, publicMessage: `Container "${record.name}" is not paused.` })
  if (record.state.nap !== undefined) {
    await context.naps.wake(record.id, "request")
    return
  }
  await context.naps.inTurn(record.id, async () => {
    await context.groups.of(record).thaw()
    await context.containers.update(record.id, resumed, { sync: "soon" })
  })
  context.health.resume(record.id)
}
