import { checkObjectName } from "../spec/names.js"
import type { LifecycleContext } from "./lifecycle-context.js"

/** See `ContainerApi.rename`; to be called in the container's queue. */
export async function renameContainer(context: LifecycleContext, id: string, name: string): Promise<void> {
  checkObjectName("name", name)
  const { containers, network } = context
  const record = containers.find(id)
  const oldName = record.name
  if (name === oldName) return
  containers.names.claim(record.tenant, name, record.id)
  try {
    const renamed = await containers.update(record.id, (current) => ({
      record: { ...current, name, spec: { ...current.spec, name } },
      events: [{ action: "rename", attributes: { oldName } }],
    }))
    network.rename(record.id, name, renamed.connections)
  } catch (error) {
    containers.names.release(record.tenant, name, record.id)
    throw error
  }
  containers.names.release(record.tenant, oldName, record.id)
}
