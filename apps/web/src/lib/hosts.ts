import { type EngineFeature, type HostSummary, localHost } from "@plimsoll/server/contract"

/** All hosts that the console knows, as they are now. */
export interface Hosts {
  /** This machine first, the others by name. */
  list: readonly HostSummary[]
  byId: ReadonlyMap<string, HostSummary>
}

export const noHosts: Hosts = { list: [], byId: new Map() }

const names = new Intl.Collator("en", { numeric: true })

/** The hosts in the order in which they are shown everywhere. */
export function arrangeHosts(hosts: readonly HostSummary[]): Hosts {
  const list = [...hosts].sort(
    (a, b) => Number(b.id === localHost) - Number(a.id === localHost) || names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  )
  return { list, byId: new Map(list.map((host) => [host.id, host])) }
}

/** True when the host is known not to answer: what is shown of it is its last known state. */
export function isAway(host: Pick<HostSummary, "status"> | undefined): boolean {
  return host?.status === "away"
}

/** True when the host's engine is known to lack an operation. One that was never asked lacks nothing: it is away anyway. */
export function lacks(host: Pick<HostSummary, "info"> | undefined, feature: EngineFeature): boolean {
  const info = host?.info ?? null
  return info !== null && !info.features.includes(feature)
}

/** True when the host is there and its engine is known to have an operation. */
export function offers(host: Pick<HostSummary, "status" | "info"> | undefined, feature: EngineFeature): boolean {
  return host?.status === "connected" && (host.info?.features.includes(feature) ?? false)
}

/** How many containers are on it, and how many of them run. */
export function containersOf({ counts }: Pick<HostSummary, "counts">): { running: number; total: number } {
  return { running: counts.running, total: Object.values(counts).reduce((sum, count) => sum + count, 0) }
}

/** Everything that an engine may offer, in the order in which it is told. */
export const engineFeatures = [
  "pause",
  "exec",
  "attach",
  "top",
  "list-files",
  "copy",
  "diff",
  "commit",
  "update",
  "health",
  "namespaces",
  "cgroup-tree",
  "tenant-limits",
  "volumes",
  "volume-limits",
  "disk-limits",
  "networks",
  "image-pull",
  "image-push",
  "image-load",
  "image-import",
  "image-save",
  "image-garbage",
] as const satisfies readonly EngineFeature[]
