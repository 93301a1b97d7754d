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

interface ContainerDisk {
  bytes: number
  measuredAt: number
}

/** What disks with a limit, volumes and containers' own, take of their hosts' disks. Measured now and then, one host after the other. */
export class DiskUse {
  readonly #hosts = new Map<string, { measuredAt: number; byTenant: Map<string, number> }>()
  readonly #containers = new Map<string, Map<string, ContainerDisk>>()

  constructor(private readonly deps: DiskUseDependencies) {}

  /** Bytes by tenant, of what was measured lately. */
  byTenant(): Map<string, number> {
    const sums = new Map<string, number>()
    for (const { measuredAt, byTenant } of this.#hosts.values()) {
      if (this.deps.monotonic() - measuredAt <= VALID_MS) for (const [tenant, bytes] of byTenant) add(sums, tenant, bytes)
    }
    return sums
  }

  /** Looks at the disks of these hosts. A host that fails is told and holds up no other. */
  async measure(hosts: readonly ConnectedHost[]): Promise<void> {
    for (const { id, engine } of hosts) {
      try {
        const byTenant = await within(DEADLINE_MS, this.#measureHost(id, engine))
        this.#hosts.set(id, { measuredAt: this.deps.monotonic(), byTenant })
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

  async #measureHost(host: string, engine: ContainerEngine): Promise<Map<string, number>> {
    const { features } = await engine.info()
    const sums = new Map<string, number>()
    const volumes = features.includes("volume-limits") ? await engine.volumes.list() : []
    for (const { tenant, limit } of volumes) if (limit.kind === "disk") add(sums, tenant, limit.allocatedBytes)
    if (!features.includes("disk-limits")) return sums
    const known = this.#containersOf(host)
    const present = new Map([...this.deps.containersOf(host)].map(({ id, tenant }) => [id, tenant]))
    for (const id of known.keys()) if (!present.has(id)) known.delete(id)
    const now = this.deps.monotonic()
    const due = [...present.keys()].filter((id) => isDue(known.get(id), now)).slice(0, CONTAINERS_A_ROUND)
    for (const id of due) known.set(id, { measuredAt: now, bytes: (await this.#lookAt(id, { host, engine })) ?? known.get(id)?.bytes ?? 0 })
    for (const [id, { bytes }] of known) {
      const tenant = present.get(id)
      if (tenant !== undefined) add(sums, tenant, bytes)
    }
    return sums
  }

  /** `undefined`: it cannot be looked at, and is taken for what it was. */
  async #lookAt(id: string, { host, engine }: { host: string; engine: ContainerEngine }): Promise<number | undefined> {
    try {
      const { disk } = await engine.containers.inspect(id)
      return disk.kind === "disk" ? disk.allocatedBytes : 0
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

function add(sums: Map<string, number>, tenant: string, bytes: number): void {
  sums.set(tenant, (sums.get(tenant) ?? 0) + bytes)
}
