import type { ContainerHibernation } from "../engine.js"
import { EngineError } from "../errors.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.hibernate`; to be called in the container's queue. */
export async function hibernateContainer(context: LifecycleContext, id: string): Promise<ContainerHibernation> {
  const { name } = context.containers.find(id)
  throw new EngineError("unsupported", { facts: { id }, publicMessage: `Container "${name}" cannot hibernate on this host.` })
}
