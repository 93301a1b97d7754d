import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"
import { isMadeNetwork } from "../admission/tenant-usage.js"

/** Removes all that is the tenant's from the engine, itself last. Safe to repeat: what a crash left is found again. */
export async function removeBelongings(engine: ContainerEngine, tenant: string): Promise<void> {
  await removeContainers(engine, tenant)
  for (const volume of await engine.volumes.list()) if (volume.tenant === tenant) await engine.volumes.remove(volume.name, { force: true })
  for (const network of await engine.networks.list())
    if (network.tenant === tenant && isMadeNetwork(network)) await engine.networks.remove(network.name)
  await removeTenant(engine, tenant)
}

/** In rounds: one whose namespaces another shares goes after that one. */
async function removeContainers(engine: ContainerEngine, tenant: string): Promise<void> {
  for (;;) {
    const rows = await engine.containers.list({ tenant })
    const results = await Promise.allSettled(rows.map(({ id }) => engine.containers.remove(id, { force: true, removeVolumes: true })))
    const failed = results.filter((result) => result.status === "rejected")
    if (failed.length === 0) return
    if (failed.length === rows.length) throw failed[0]?.reason
  }
}

async function removeTenant(engine: ContainerEngine, tenant: string): Promise<void> {
  try {
    await engine.tenants.remove(tenant)
  } catch (error) {
    if (!isEngineError(error, "not_found")) throw error
  }
}
