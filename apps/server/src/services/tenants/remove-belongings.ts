import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"

/** Removes all that is the tenant's from the engine, itself last. Safe to repeat: what a crash left is found again. */
export async function removeBelongings(engine: ContainerEngine, tenant: string): Promise<void> {
  await removeContainers(engine, tenant)
  for (const volume of await engine.volumes.list()) if (volume.tenant === tenant) await engine.volumes.remove(volume.name, { force: true })
  for (const network of await engine.networks.list())
    if (network.tenant === tenant && network.driver === "bridge") await ignoring("conflict", engine.networks.remove(network.name))
  await ignoring("not_found", engine.tenants.remove(tenant))
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

/** A network that goes with its tenant, and a tenant that the engine does not know, are as they should be. */
async function ignoring(code: "conflict" | "not_found", work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isEngineError(error, code)) throw error
  }
}
