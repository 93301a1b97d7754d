import type { CgroupDriver } from "../cgroups/cgroup-driver.js"
import type { ContainerStore } from "../containers/container-store.js"
import type { EventSink, VolumeStore } from "../containers/engine-context.js"
import { KeyedQueue } from "../containers/keyed-queue.js"
import type { TenantRecord, TenantStore } from "../containers/tenants/tenant-store.js"
import type { TenantApi, TenantSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import { checkTenantName } from "../spec/names.js"

interface TenantServices {
  tenants: TenantStore
  cgroups: CgroupDriver
  snapshots: Pick<Snapshotter, "releaseRange">
  containers: ContainerStore
  volumes: VolumeStore
  events: EventSink
}

/** Tenants as a cgroup and an id range each. */
export function createTenantApi(services: TenantServices): TenantApi {
  const { tenants, cgroups, containers, volumes, events } = services
  const queue = new KeyedQueue()
  const emit = (action: "create" | "update" | "remove", name: string, attributes: Record<string, string> = {}): Promise<void> =>
    events.emit({ kind: "tenant", action, id: name, name, tenant: name, attributes })
  const summary = ({ name, idRange, limits }: TenantRecord): TenantSummary => ({
    name,
    uidBase: idRange.uidBase,
    idCount: idRange.size,
    limits,
    cgroupPath: `/${cgroups.rootName}/${name}`,
  })
  return {
    list: async () => tenants.list().map(summary),
    setLimits: async (name, limits) => {
      checkTenantName("tenant", name)
      cgroups.check(limits)
      return queue.run(name, async () => {
        const before = tenants.get(name)
        await cgroups.ensureTenant(name)
        await cgroups.setTenantLimits(name, limits)
        const record = await tenants.setLimits(name, limits)
        await emit(before === undefined ? "create" : "update", name, { limits: JSON.stringify(limits) })
        return summary(record)
      })
    },
    setNetworkRate: async (tenant) => {
      throw new EngineError("unsupported", { facts: { tenant }, publicMessage: "This engine cannot limit the network rate of a tenant." })
    },
    remove: (name) =>
      queue.run(name, async () => {
        const record = tenants.get(name)
        if (record === undefined)
          throw new EngineError("not_found", { facts: { tenant: name.slice(0, 64) }, publicMessage: "There is no such tenant." })
        const owned = containers.all().filter(({ tenant }) => tenant === name).length
        const ownedVolumes = (await volumes.list()).filter(({ tenant }) => tenant === name).length
        if (owned + ownedVolumes > 0) {
          throw new EngineError("conflict", {
            facts: { tenant: name, containers: owned, volumes: ownedVolumes },
            publicMessage: `Tenant "${name}" still has ${owned} containers and ${ownedVolumes} volumes. Remove them first.`,
          })
        }
        await cgroups.removeTenant(name)
        await services.snapshots.releaseRange(record.idRange)
        await tenants.remove(name)
        await emit("remove", name)
      }),
  }
}
