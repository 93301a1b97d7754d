import { setImmediate as nextTurn } from "node:timers/promises"
import {
  type ContainerInspect,
  type ContainerSpec,
  EngineError,
  type EngineInfo,
  type ImageInspect,
  type NetworkSummary,
  type TenantSummary,
  type VolumeSummary,
} from "@plimsoll/runtime"
import { type FakeEngine, fakeEngine, summaryOf } from "./fake-engine.js"

/** A fake engine that makes containers, volumes, networks and tenants, each a turn of the event loop after it was asked. */
export interface TenantEngine extends FakeEngine {
  tenantRecords: Map<string, TenantSummary>
  volumeRecords: Map<string, VolumeSummary>
  specs: Map<string, ContainerSpec>
  /** `VOLUME`s of every image. */
  imageVolumes: string[]
}

const tenantFeatures: EngineInfo["features"] = ["pause", "tenant-limits", "volume-limits", "disk-limits", "network-rates"]

export function tenantEngine(info: Partial<EngineInfo> = {}): TenantEngine {
  const tenantRecords = new Map<string, TenantSummary>()
  const volumeRecords = new Map<string, VolumeSummary>()
  const networkRecords = new Map<string, NetworkSummary>()
  const specs = new Map<string, ContainerSpec>()
  const imageVolumes: string[] = []
  const engine = fakeEngine({ features: tenantFeatures, ...info })
  const { list, inspect } = engine.containers
  let made = 0

  const tenant = (name: string): TenantSummary => {
    const known = tenantRecords.get(name) ?? { name, uidBase: 0, idCount: 0, limits: {}, cgroupPath: "" }
    tenantRecords.set(name, known)
    return known
  }
  const putVolume = (name: string, owner: string, sizeBytes?: number): VolumeSummary => {
    const limit = sizeBytes === undefined ? ({ kind: "none" } as const) : ({ kind: "disk", sizeBytes, allocatedBytes: 4096 } as const)
    const volume = { name, tenant: owner, createdAt: 1, hostPath: "/", labels: {}, limit, usedBytes: -1, usedBy: [] }
    volumeRecords.set(name, volume)
    return volume
  }
  const setState = (id: string, status: "running" | "paused" | "exited", action: "start" | "pause" | "resume" | "stop") =>
    list().then(async (rows) => {
      const row = rows.find((each) => each.id === id)
      if (row === undefined) throw new EngineError("not_found")
      const run = { pid: 1, startedAt: 1 }
      const states = {
        running: { status: "running", ...run },
        paused: { status: "paused", ...run, pausedAt: 2 },
        exited: { status: "exited", exitCode: 0, oomKilled: false, finishedAt: 2 },
      } as const
      if (row.hibernation !== undefined) await engine.containers.wake(id)
      const { hibernation: _, ...awake } = row
      engine.put({ ...awake, state: states[status] }, action)
    })

  Object.assign(engine.containers, {
    list: async (options: { tenant?: string } = {}) => {
      await nextTurn()
      return (await list()).filter((row) => options.tenant === undefined || row.tenant === options.tenant)
    },
    inspect: async (id: string): Promise<ContainerInspect> => ({
      ...(await inspect(id)),
      spec: specs.get(id) ?? { image: "starter" },
      disk: { kind: "none" },
      writableBytes: 100,
    }),
    create: async (spec: ContainerSpec) => {
      await nextTurn()
      const id = `${(++made).toString(16).padStart(8, "0")}${"f".repeat(56)}`
      const owner = spec.tenant ?? "operator"
      tenant(owner)
      for (const mount of spec.mounts ?? [])
        if (mount.kind === "volume" && !volumeRecords.has(mount.volume)) putVolume(mount.volume, owner, spec.volumeBytes)
      for (const target of imageVolumes) putVolume(`${id.slice(0, 8)}${target.replaceAll("/", "-")}`, owner, spec.volumeBytes)
      specs.set(id, spec)
      engine.put(
        summaryOf(id, {
          name: spec.name ?? `c${made}`,
          tenant: owner,
          state: { status: "created" },
          ...(spec.limits !== undefined && { limits: spec.limits }),
          ...(spec.diskBytes !== undefined && { diskBytes: spec.diskBytes }),
          ...(spec.ports !== undefined && { portMappings: spec.ports }),
        }),
      )
      return engine.containers.inspect(id)
    },
    start: (id: string) => setState(id, "running", "start"),
    pause: (id: string) => setState(id, "paused", "pause"),
    resume: (id: string) => setState(id, "running", "resume"),
    stop: (id: string) => setState(id, "exited", "stop"),
    resizeDisk: async (id: string, diskBytes: number) => {
      const row = (await list()).find((each) => each.id === id)
      if (row !== undefined) engine.put({ ...row, diskBytes }, "resize")
      return engine.containers.inspect(id)
    },
  } satisfies Partial<FakeEngine["containers"]>)
  Object.assign(engine.images, {
    inspect: async () => ({ config: { volumes: imageVolumes } }) as unknown as ImageInspect,
  })
  Object.assign(engine.volumes, {
    list: async (options: { tenant?: string } = {}) =>
      [...volumeRecords.values()].filter((volume) => options.tenant === undefined || volume.tenant === options.tenant),
    inspect: async (name: string) => ({ ...(volumeRecords.get(name) ?? putVolume(name, "operator")), usedBytes: 50 }),
    create: async ({ name, tenant: owner = "operator", sizeBytes }: { name: string; tenant?: string; sizeBytes?: number }) => {
      await nextTurn()
      return volumeRecords.get(name) ?? putVolume(name, owner, sizeBytes)
    },
    resize: async (name: string, sizeBytes: number) => putVolume(name, volumeRecords.get(name)?.tenant ?? "operator", sizeBytes),
    remove: async (name: string) => void volumeRecords.delete(name),
  } satisfies Partial<FakeEngine["volumes"]>)
  Object.assign(engine.networks, {
    list: async () => [...networkRecords.values()],
    create: async ({ name, tenant: owner = "operator" }: { name: string; tenant?: string }) => {
      const network = {
        id: name,
        name,
        tenant: owner,
        driver: "bridge",
        internal: false,
        createdAt: 1,
        labels: {},
        containers: [],
      } as const
      networkRecords.set(name, { ...network, containers: [] })
      return { ...network, containers: [] }
    },
    remove: async (name: string) => void networkRecords.delete(name),
  } satisfies Partial<FakeEngine["networks"]>)
  Object.assign(engine.tenants, {
    list: async () => [...tenantRecords.values()],
    setLimits: async (name: string, limits: TenantSummary["limits"]) => {
      const changed = { ...tenant(name), limits }
      tenantRecords.set(name, changed)
      return changed
    },
    setNetworkRate: async (name: string, networkBytesPerSecond: number | undefined) => {
      const { networkBytesPerSecond: _, ...rest } = tenant(name)
      const changed = { ...rest, ...(networkBytesPerSecond !== undefined && { networkBytesPerSecond }) }
      tenantRecords.set(name, changed)
      return changed
    },
    remove: async (name: string) => void tenantRecords.delete(name),
  } satisfies Partial<FakeEngine["tenants"]>)
  return Object.assign(engine, { tenantRecords, volumeRecords, specs, imageVolumes })
}
