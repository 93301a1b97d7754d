import { existsSync } from "node:fs"
import { join } from "node:path"
import { EngineError } from "../errors.js"
import { type Clock, systemClock } from "../kernel/clock.js"
import type { ResourceLimitName, ResourceLimits } from "../spec/limits.js"
import { applyWrites, writeNow, writePooled } from "./apply-writes.js"
import type { CgroupDriver, ContainerCgroup, SampleOfAll } from "./cgroup-driver.js"
import { checkLimits } from "./check-limits.js"
import { chooseControllers, chooseFreezer } from "./choose-controllers.js"
import { type CgroupContext, EmbeddedContainerCgroup, planWrites, settle } from "./container-cgroup.js"
import { ContainerSampler } from "./container-sampler.js"
import type { LimitChange } from "./controller.js"
import { detectCgroups } from "./detect.js"
import { limitAbilities } from "./enforceability.js"
import { groupPath, tenantPath } from "./group-name.js"
import { openGroups } from "./groups.js"
import { allHierarchies, type CgroupLayout, childGroups } from "./hierarchy.js"
import { readLimitHits } from "./limit-hits.js"
import { readOnlineSets } from "./online-sets.js"
import { Signs } from "./signs.js"
import { activateIoAccounting } from "./v1/blkio.js"

export interface CgroupDriverOptions {
  /** Name of the instance's top group. */
  rootName: string
  clock?: Clock
  layout?: CgroupLayout
}

/** The driver for the cgroups this host has. Rejects with `kernel_feature_missing` when none are mounted. Writes nothing until a tenant is made. */
export function openCgroupDriver(options: CgroupDriverOptions): CgroupDriver {
  const { rootName, clock = systemClock, layout = detectCgroups() } = options
  if (layout.version === "none") {
    throw new EngineError("kernel_feature_missing", {
      facts: { feature: "cgroups" },
      publicMessage: "No cgroup hierarchy is mounted. Mount one with: mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    })
  }
  const version = layout.version
  const hierarchies = allHierarchies(layout)
  const controllers = chooseControllers(layout)
  const groups = openGroups({ hierarchies, controllers, clock })
  const rootPath = join("/", rootName)
  const signs = new Signs()

  const lookedAt = { abilities: limitAbilities(layout, controllers), sets: readOnlineSets(), at: clock.monotonic() }
  const check = (change: LimitChange): void => {
    // A scheduler switched over or a CPU taken offline is seen soon enough; a start must not pay for looking each time.
    if (clock.monotonic() - lookedAt.at > 10_000)
      Object.assign(lookedAt, { abilities: limitAbilities(layout, controllers), sets: readOnlineSets(), at: clock.monotonic() })
    checkLimits(change, { cgroupVersion: version, abilities: lookedAt.abilities, ...lookedAt.sets })
  }
  const context: CgroupContext = {
    hierarchies,
    unified: layout.unified,
    controllers,
    freezer: chooseFreezer(layout),
    groups,
    signs,
    clock,
    check,
    inTurn: turns(),
  }

  function ensureRoot(): void {
    if (hierarchies.every(({ mount }) => existsSync(join(mount, rootPath)))) return
    groups.make(rootPath)
    const blkio = controllers.find(({ name }) => name === "blkio")
    if (blkio !== undefined) activateIoAccounting(join(blkio.hierarchy.mount, rootPath))
  }

  function ensureTenantGroup(tenant: string): string {
    const path = tenantPath(rootName, tenant)
    ensureRoot()
    groups.handDown("/")
    groups.handDown(rootPath)
    groups.make(path)
    groups.handDown(path)
    return path
  }

  /** Files are opened once; a group that went and came again has new ones. */
  let sampler: ContainerSampler | undefined
  function sampleAll(): SampleOfAll | undefined {
    if (sampler === undefined && groups.exists(rootPath)) {
      const memory = controllers.filter(({ name }) => name === "memory")
      sampler = new ContainerSampler({ path: rootPath, controllers: memory, unified: layout.unified, signs, now: () => clock.now() })
    }
    const sample = sampler?.sample()
    if (sample === undefined) {
      sampler?.close()
      sampler = undefined
      return undefined
    }
    const limitHits = readLimitHits(controllers, rootPath)
    return { ...sample, ...(limitHits !== undefined && { limitHits }) }
  }

  function containerNames(tenant: string): string[] {
    const path = tenantPath(rootName, tenant)
    return [...new Set(hierarchies.flatMap(({ mount }) => childGroups(join(mount, path))))].sort()
  }

  function open(location: ContainerCgroup["location"]): EmbeddedContainerCgroup {
    return new EmbeddedContainerCgroup(location, groupPath(rootName, location), context)
  }

  return {
    version,
    rootName,
    enforceableLimits: () => limitAbilities(layout, controllers),
    check,
    ensureTenant: async (tenant) => {
      ensureTenantGroup(tenant)
    },
    setTenantLimits: async (tenant, limits) => {
      check(limits)
      const path = ensureTenantGroup(tenant)
      const change = wholeChange(limits, limitAbilities(layout, controllers))
      await context.inTurn(tenant, () => applyWrites(planWrites(controllers, path, change, containerNames(tenant)), writePooled))
    },
    removeTenant: async (tenant) => {
      const left = containerNames(tenant)
      if (left.length > 0) {
        throw new EngineError("conflict", {
          facts: { tenant, containers: left.slice(0, 20) },
          publicMessage: `Tenant ${tenant} still has ${left.length} containers with a cgroup. Stop and remove them first.`,
        })
      }
      await groups.remove(tenantPath(rootName, tenant))
      await settle(controllers, rootPath)
    },
    limitAll: async (limits) => {
      check(limits)
      ensureRoot()
      groups.handDown("/")
      await context.inTurn("/", () => applyWrites(planWrites(controllers, rootPath, limits), writePooled))
    },
    sampleAll,
    create: async (location, limits) => {
      check(limits)
      ensureTenantGroup(location.tenant)
      const cgroup = open(location)
      // What a crash left of an earlier life would still have its limits.
      await cgroup.remove()
      groups.make(cgroup.relativePath)
      try {
        await context.inTurn(location.tenant, () => applyWrites(planWrites(controllers, cgroup.relativePath, limits), writeNow))
      } catch (error) {
        await cgroup.remove()
        throw error
      }
      return cgroup
    },
    open,
    list: async () => {
      const tenants = [...new Set(hierarchies.flatMap(({ mount }) => childGroups(join(mount, rootPath))))].sort()
      return tenants.flatMap((tenant) => containerNames(tenant).map((containerId) => ({ tenant, containerId })))
    },
    removeRootIfEmpty: async () => {
      groups.removeIfEmpty(rootPath)
    },
  }
}

// Limits that are not named are lifted, as far as the host has them at all.
function wholeChange(limits: ResourceLimits, abilities: ReturnType<typeof limitAbilities>): LimitChange {
  const names = (Object.keys(abilities) as ResourceLimitName[]).filter((name) => abilities[name].enforceable)
  return { ...Object.fromEntries(names.map((name) => [name, null])), ...limits }
}

/** Runs what is given for one key one after the other, whatever became of those before. */
function turns(): CgroupContext["inTurn"] {
  const last = new Map<string, Promise<unknown>>()
  return (key, change) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(change, change)
    last.set(key, mine)
    const forget = (): void => {
      if (last.get(key) === mine) last.delete(key)
    }
    mine.then(forget, forget)
    return mine
  }
}
