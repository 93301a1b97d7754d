import { type ContainerApi, type ContainerEngine, type ContainerSummary, isEngineError } from "@plimsoll/runtime"
import { type AdmissionDesk, OPERATOR_TENANT } from "./admission-desk.js"
import { admitContainer } from "./admit-container.js"
import { growthOfDisk, growthOfLimits, growthOfSpec } from "./growth-of.js"
import { notPermitted, requireDisk, requireSingles } from "./refusals.js"
import { listObjects, noUsage, usageByTenant } from "./tenant-usage.js"

/** The containers' methods; what a tenant with a plan makes, grows or starts is within it, what others make and grow below the load line. */
export function guardContainers(engine: ContainerEngine, desk: AdmissionDesk): ContainerApi {
  const { containers } = engine

  /** Goes on by the full id, so that what was decided about is what is acted on. */
  async function running<T>(reference: string, work: (id: string) => Promise<T>): Promise<T> {
    const row = await find(reference)
    return row === undefined ? work(reference) : desk.run(row.tenant, () => work(row.id))
  }

  /** `undefined`: nobody has a plan, or the engine will say why there is no such container. */
  async function find(reference: string): Promise<ContainerSummary | undefined> {
    return desk.isIdle ? undefined : findRow(await containers.list(), reference)
  }

  return {
    create: (spec) =>
      desk.moreOn(engine, spec.tenant ?? OPERATOR_TENANT, async (tenant) =>
        tenant === undefined
          ? desk.sell(engine, growthOfSpec(engine, spec), () => containers.create(spec))
          : containers.create(await admitContainer(engine, tenant, spec)),
      ),
    start: (id) => running(id, (known) => containers.start(known)),
    restart: (id, options) => running(id, (known) => containers.restart(known, options)),
    resume: (id) => running(id, (known) => containers.resume(known)),
    wake: (id, options) => running(id, (known) => containers.wake(known, options)),
    exec: async (id, spec, options) => {
      const row = await find(id)
      const tenant = row === undefined ? undefined : desk.planOf(row.tenant)
      if (tenant !== undefined && spec.privileged === true) throw notPermitted(tenant, "privileged commands.")
      return row === undefined ? containers.exec(id, spec, options) : desk.run(row.tenant, () => containers.exec(row.id, spec, options))
    },
    attachExec: async (execId) => {
      const exec = desk.isIdle ? undefined : await containers.inspectExec(execId).catch(ignoreUnknown)
      return exec === undefined ? containers.attachExec(execId) : running(exec.containerId, () => containers.attachExec(execId))
    },
    update: async (id, change) => {
      const row = findRow(await containers.list(), id)
      // The engine says why there is none.
      if (row === undefined) return containers.update(id, change)
      const update = () => containers.update(row.id, change)
      const tenant = desk.planOf(row.tenant)
      if (tenant === undefined) return desk.sell(engine, growthOfLimits(engine, row, change.limits ?? {}), update)
      requireSingles(tenant, change.limits ?? {})
      return update()
    },
    resizeDisk: async (id, sizeBytes) => {
      const row = findRow(await containers.list(), id)
      if (row === undefined) return containers.resizeDisk(id, sizeBytes)
      return desk.more(row.tenant, async (tenant) => {
        if (tenant === undefined)
          return desk.sell(engine, growthOfDisk(engine, row, sizeBytes), () => containers.resizeDisk(row.id, sizeBytes))
        const objects = await listObjects(engine, tenant.name)
        const present = objects.containers.find((each) => each.id === row.id)?.diskBytes ?? 0
        const { promisedDiskBytes: used } = usageByTenant(objects).get(tenant.name) ?? noUsage()
        requireDisk(tenant, { used, wanted: sizeBytes - present })
        return containers.resizeDisk(row.id, sizeBytes)
      })
    },

    stop: (id, options) => containers.stop(id, options),
    kill: (id, options) => containers.kill(id, options),
    pause: (id) => containers.pause(id),
    nap: (id) => containers.nap(id),
    hibernate: (id) => containers.hibernate(id),
    reclaim: (id, bytes) => containers.reclaim(id, bytes),
    rename: (id, name) => containers.rename(id, name),
    remove: (id, options) => containers.remove(id, options),
    wait: (id, options) => containers.wait(id, options),
    list: (options) => containers.list(options),
    inspect: (id) => containers.inspect(id),
    logs: (id, options) => containers.logs(id, options),
    attach: (id, options) => containers.attach(id, options),
    inspectExec: (execId) => containers.inspectExec(execId),
    top: (id) => containers.top(id),
    diff: (id) => containers.diff(id),
    copyOut: (id, path) => containers.copyOut(id, path),
    copyIn: (id, path, tar) => containers.copyIn(id, path, tar),
    statPath: (id, path) => containers.statPath(id, path),
    listDirectory: (id, path) => containers.listDirectory(id, path),
    commit: (id, options) => containers.commit(id, options),
    compactDisk: (id) => containers.compactDisk(id),
    stats: (id) => containers.stats(id),
    statsAll: () => containers.statsAll(),
    namespaces: (id) => containers.namespaces(id),
    cgroupTree: (id) => containers.cgroupTree(id),
  }
}

/** By full id, name or unique prefix, as the engine finds it: of several tenants' containers with one name it takes the operator's. */
function findRow(rows: readonly ContainerSummary[], reference: string): ContainerSummary | undefined {
  const exact = rows.find(({ id }) => id === reference)
  if (exact !== undefined) return exact
  const named = rows.filter(({ name }) => name === reference)
  const matches = /^[0-9a-f]{4,64}$/.test(reference) ? rows.filter(({ id }) => id.startsWith(reference)) : []
  const found = named.length > 0 ? named : matches
  return found.length === 1 ? found[0] : named.find(({ tenant }) => tenant === OPERATOR_TENANT)
}

function ignoreUnknown(error: unknown): undefined {
  if (!isEngineError(error, "not_found")) throw error
}
