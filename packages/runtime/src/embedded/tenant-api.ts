import type { CgroupDriver } from "../cgroups/cgroup-driver.js"
import type { ContainerStore } from "../containers/container-store.js"
import type { EventSink, VolumeStore } from "../containers/engine-context.js"
import { KeyedQueue } from "../containers/keyed-queue.js"
import type { TenantRecord, TenantStore } from "../containers/tenants/tenant-store.js"
import type { EngineInfo, TenantApi, TenantSummary } from "../engine.js"
import { EngineError } from "../errors.js"
import type { NetworkDriver } from "../network/network-driver.js"
import { shapingAbility } from "../network/probe-shaping.js"
import type { Snapshotter } from "../snapshots/snapshotter.js"
import { checkInteger } from "../spec/check.js"
import { checkTenantName } from "../spec/names.js"

interface TenantServices {
  tenants: TenantStore
  cgroups: CgroupDriver
  snapshots: Pick<Snapshotter, "releaseRange">
  network: Pick<NetworkDriver, "setRate" | "removeTenant">
  info: Pick<EngineInfo, "features" | "abilities">
  containers: ContainerStore
  volumes: VolumeStore
  events: EventSink
}

/** 8 kbit/s, below which no protocol works, to 100 Gbit/s. */
const RATE_BOUNDS = { least: 1000, most: 12_500_000_000 } as const

/** Tenants as a cgroup, an id range and networks each. */
export function createTenantApi(services: TenantServices): TenantApi {
  const { tenants, cgroups, containers, volumes, events } = services
  const queue = new KeyedQueue()
  const emit = (action: "create" | "update" | "remove", name: string, attributes: Record<string, string> = {}): Promise<void> =>
    events.emit({ kind: "tenant", action, id: name, name, tenant: name, attributes })
  const summary = ({ name, idRange, ...settings }: TenantRecord): TenantSummary => ({
    name,
    uidBase: idRange.uidBase,
    idCount: idRange.size,
    ...settings,
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
    setNetworkRate: async (name, bytesPerSecond) => {
      checkTenantName("tenant", name)
      checkRate(bytesPerSecond)
      refuseUnlessAble(services.info)
      return queue.run(name, async () => {
        const before = tenants.get(name)
        const record = await tenants.setNetworkRate(name, bytesPerSecond)
        try {
          await services.network.setRate(name, bytesPerSecond)
        } catch (error) {
          await tenants.setNetworkRate(name, before?.networkBytesPerSecond)
          throw error
        }
        await emit(before === undefined ? "create" : "update", name, { networkBytesPerSecond: String(bytesPerSecond ?? "unlimited") })
        return summary(record)
      })
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
        await services.network.removeTenant(name)
        await cgroups.removeTenant(name)
        await services.snapshots.releaseRange(record.idRange)
        await tenants.remove(name)
        await emit("remove", name)
      }),
  }
}

function checkRate(bytesPerSecond: number | undefined): void {
  if (bytesPerSecond !== undefined) checkInteger("bytesPerSecond", bytesPerSecond, RATE_BOUNDS.least, RATE_BOUNDS.most)
}

function refuseUnlessAble({ features, abilities }: Pick<EngineInfo, "features" | "abilities">): void {
  if (features.includes("network-rates")) return
  const ability = abilities.find(({ name }) => name === shapingAbility)
  throw new EngineError("unsupported", {
    facts: { ability: shapingAbility },
    publicMessage:
      `This host cannot limit the rate of networks: ${ability?.detail ?? "it could not be found out."} ${ability?.remedy ?? ""}`.trim(),
  })
}
