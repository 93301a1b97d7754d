import type { LifecycleContext } from "./lifecycle-context.js"
import { startContainer } from "./start-container.js"
import { stopContainer } from "./stop-container.js"

/** See `ContainerApi.restart`; to be called in the container's queue. One that does not run is started. */
export async function restartContainer(context: LifecycleContext, id: string, options: { timeoutMs?: number }): Promise<void> {
  await stopContainer(context, id, options)
  await startContainer(context, id)
  await context.containers.update(id, (current) => ({ record: current, events: [{ action: "restart" }] }), { sync: "soon" })
}
