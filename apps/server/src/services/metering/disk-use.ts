import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"
import type { ConnectedHost } from "../hosts/hosts.js"
import { within } from "../within.js"

/** A container's disk must be mounted to be looked at: each is looked at so often, and so many in one round. */
const CONTAINER_DISK_MS = 10 * 60_000
const CONTAINERS_A_ROUND = 50
/** What could not be measured for so long is not known any more. */
const VALID_MS = 3 * 60_000
const DEADLINE_MS = 20_000

export interface DiskUseDependencies {
  /** Containers of a host that have a disk of their own. */
  containersOf: (host: string) => Iterable<{ id: string; tenant: string }>
  /** Milliseconds that never jump (performance.now). */
  monotonic: () => number
  onError: (error: unknown, host: string) => void
}

/** One disk with a limit: a container's (by id) or a volume (by name). */
export interface MeasuredDisk {
  kind: "container" | "volume"
  id: string
  tenant: string
  sizeBytes: number
  allocatedBytes: number
  /** Of files; `null`: it was not measured, as of a volume that nobody holds. */
  usedBytes: number | null
}

interface ContainerDisk {
  disk: Omit<MeasuredDisk, "tenant"> | undefined
  measuredAt: number
}

/** What disks with a limit, volumes and containers' own, take of their hosts' disks. Measured now and then, one host after the other. */
export class DiskUse {
  readonly #hosts = new Map<string, { measuredAt: number; disks: MeasuredDisk[] }>()
  readonly #containers = new Map<string, Map<string, ContainerDisk>>()

  constructor(private readonly deps: DiskUseDependencies) {}

  /** Bytes by tenant, of what was measured lately. */
  byTenant(): Map<string, number> {
    const sums = new Map<string, number>()
    for (const host of this.#hosts.keys())
      for (const { tenant, allocatedBytes } of this.of(host) ?? []) sums.set(tenant, (sums.get(tenant) ?? 0) + allocatedBytes)
    return sums
  }

  /** Of one host; undefined: they were not measured lately. */
  of(host: string): readonly MeasuredDisk[] | undefined {
    const known = this.#hosts.get(host)
    return known !== undefined && this.deps.monotonic() - known.measuredAt <= VALID_MS ? known.disks : undefined
  }

  /** Looks at the disks of these hosts. A host that fails is told and holds up no other. */
  async measure(hosts: readonly ConnectedHost[]): Promise<void> {
    for (const { id, engine } of hosts) {
      try {
        const disks = await within(DEADLINE_MS, this.#measureHost(id, engine))
        this.#hosts.set(id, { measuredAt: this.deps.monotonic(), disks })
      } catch (error) {
        this.deps.onError(error, id)
      }
    }
    const connected = new Set(hosts.map(({ id }) => id))
    for (const id of this.#hosts.keys()) {
      if (connected.has(id)) continue
      this.#hosts.delete(id)
      this.#containers.delete(id)
    }
  }

  async #measureHost(host: string, engine: ContainerEngine): Promise<MeasuredDisk[]> {
    const { features } = await engine.info()
    const disks: MeasuredDisk[] = []
    const volumes = features.includes("volume-limits") ? await engine.volumes.list() : []
    for (const { name, tenant, limit, usedBytes } of volumes)
      if (limit.kind === "disk") {
        const { sizeBytes, allocatedBytes } = limit
        disks.push({ kind: "volume", id: name, tenant, sizeBytes, allocatedBytes, usedBytes: usedBytes < 0 ? null : usedBytes })
      }
    if (!features.includes("disk-limits")) return disks
    const known = this.#containersOf(host)
    const present = new Map([...this.deps.containersOf(host)].map(({ id, tenant }) => [id, tenant]))
    for (const id of known.keys()) if (!present.has(id)) known.delete(id)
    const now = this.deps.monotonic()
    const due = [...present.keys()].filter((id) => isDue(known.get(id), now)).slice(0, CONTAINERS_A_ROUND)
    for (const id of due) known.set(id, { measuredAt: now, disk: (await this.#lookAt(id, { host, engine })) ?? known.get(id)?.disk })
    for (const [id, { disk }] of known) {
      const tenant = present.get(id)
      if (tenant !== undefined && disk !== undefined) disks.push({ ...disk, tenant })
    }
    return disks
  }

  /** `undefined`: it cannot be looked at, and is taken for what it was. */
  async #lookAt(id: string, { host, engine }: { host: string; engine: ContainerEngine }): Promise<ContainerDisk["disk"]> {
    try {
      const { disk, writableBytes } = await engine.containers.inspect(id)
      if (disk.kind === "none") return undefined
      const { sizeBytes, allocatedBytes } = disk
      return { kind: "container", id, sizeBytes, allocatedBytes, usedBytes: writableBytes < 0 ? null : writableBytes }
    } catch (error) {
      // It was removed meanwhile.
      if (!isEngineError(error, "not_found")) this.deps.onError(error, host)
      return undefined
    }
  }

  #containersOf(host: string): Map<string, ContainerDisk> {
    const known = this.#containers.get(host) ?? new Map<string, ContainerDisk>()
    this.#containers.set(host, known)
    return known
  }
}

function isDue(known: ContainerDisk | undefined, now: number): boolean {
  return known === undefined || now - known.measuredAt >= CONTAINER_DISK_MS
}
