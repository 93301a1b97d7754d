import type { Reclaimed } from "../cgroups/reclaimer.js"
import { EngineError } from "../errors.js"
import { reclaimed } from "./container-transitions.js"
import { runningContainer } from "./kill-container.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.reclaim`; to be called in the container's queue. Cut short when `Reclaims.interrupt` is called. */
export async function reclaimContainer(context: LifecycleContext, id: string, bytes: number): Promise<Reclaimed> {
  if (!Number.isSafeInteger(bytes) || bytes <= 0)
    throw new EngineError("invalid_argument", {
      facts: { bytes },
      publicMessage: "bytes: how many to take back must be a whole number above 0.",
    })
  const { record } = runningContainer(context, id, "take memory back from it")
  return context.reclaims.run(record.id, async (signal) => {
    const began = context.clock.monotonic()
    const result = await takeBack(context, record.id, bytes, { signal })
    const tookMs = context.clock.monotonic() - began
    if (result.afterBytes < result.beforeBytes)
      await context.containers.update(record.id, (current) => reclaimed(current, { ...result, tookMs }), { sync: "soon" })
    return result
  })
}

/**
 * Takes memory back. Where a limit is moved for it the document says meanwhile that limits are in doubt, as in an update, so that the next start, or the next look when the kernel would not
 * take it back, puts it right.
 */
export async function takeBack(
  context: Pick<LifecycleContext, "containers" | "groups">,
  id: string,
  bytes: number,
  options: { thorough?: boolean; signal: AbortSignal },
): Promise<Reclaimed> {
  const { containers } = context
  const record = containers.find(id)
  const cgroup = context.groups.of(record)
  if (!cgroup.reclaimMovesLimit || record.limitsInDoubt) return cgroup.reclaim(bytes, options)
  const doubt = (limitsInDoubt: boolean): Promise<unknown> =>
    containers.update(id, (current) => ({ record: { ...current, limitsInDoubt }, events: [] }), { sync: "soon" })
  await doubt(true)
  const result = await cgroup.reclaim(bytes, options)
  await doubt(false)
  return result
}
