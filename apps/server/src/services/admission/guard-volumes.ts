import type { ContainerEngine, VolumeApi } from "@plimsoll/runtime"
import { type AdmissionDesk, OPERATOR_TENANT } from "./admission-desk.js"
import { defaultDiskBytes } from "./default-disk.js"
import { growthOfVolume } from "./growth-of.js"
import { requireCount, requireDisk } from "./refusals.js"
import { listObjects, noUsage, usageByTenant } from "./tenant-usage.js"

/** The volumes' methods; a tenant with a plan has so many at most, and so many bytes in all; those of others are below the load line. */
export function guardVolumes(engine: ContainerEngine, desk: AdmissionDesk): VolumeApi {
  const { volumes } = engine
  const ownerOf = async (name: string) => (await volumes.list()).find((volume) => volume.name === name)?.tenant

  return {
    list: (options) => volumes.list(options),
    inspect: (name) => volumes.inspect(name),

    create: (options) => {
      const owner = options.tenant ?? OPERATOR_TENANT
      return desk.moreOn(engine, owner, async (tenant) => {
        if (tenant === undefined) return desk.sell(engine, growthOfVolume(engine, options), () => volumes.create(options))
        const objects = await listObjects(engine, owner)
        // One that is there already is not made again.
        if (objects.volumes.some(({ name }) => name === options.name)) return volumes.create(options)
        const { volumes: used, promisedDiskBytes } = usageByTenant(objects).get(owner) ?? noUsage()
        requireCount(tenant, "volumes", { used, wanted: 1 })
        const { features } = await engine.info()
        const bounded = tenant.plan.terms.diskBytes > 0 && features.includes("volume-limits")
        const sizeBytes = options.sizeBytes ?? (bounded ? defaultDiskBytes(tenant, { count: 1, used: promisedDiskBytes }) : undefined)
        requireDisk(tenant, { used: promisedDiskBytes, wanted: sizeBytes ?? 0 })
        return volumes.create({ ...options, ...(sizeBytes !== undefined && { sizeBytes }) })
      })
    },

    resize: async (name, sizeBytes) => {
      const owner = await ownerOf(name)
      if (owner === undefined) return volumes.resize(name, sizeBytes)
      return desk.more(owner, async (tenant) => {
        if (tenant === undefined)
          return desk.sell(engine, growthOfVolume(engine, { name, tenant: owner, sizeBytes }, "resize"), () =>
            volumes.resize(name, sizeBytes),
          )
        const objects = await listObjects(engine, owner)
        const limit = objects.volumes.find((volume) => volume.name === name)?.limit
        const present = limit?.kind === "disk" ? limit.sizeBytes : 0
        const { promisedDiskBytes: used } = usageByTenant(objects).get(owner) ?? noUsage()
        requireDisk(tenant, { used, wanted: sizeBytes - present })
        return volumes.resize(name, sizeBytes)
      })
    },

    compact: (name) => volumes.compact(name),
    remove: (name, options) => volumes.remove(name, options),
  }
}
