import type { ContainerRow } from "@plimsoll/server/contract"

export const sortKeys = ["name", "state", "host", "tenant", "image", "cpu", "memory", "network", "pids", "created"] as const
export type SortKey = (typeof sortKeys)[number]

/** What the list is filtered by, in the order of its choices. The engine has one that naps as paused. */
export const listedStatuses = ["created", "running", "napping", "hibernated", "paused", "restarting", "exited", "removing", "dead"] as const
export type ListedStatus = (typeof listedStatuses)[number]

export function listedStatus({ state, nap }: Pick<ContainerRow, "state" | "nap">): ListedStatus {
  return nap === undefined ? state.status : "napping"
}

export interface ContainerFilter {
  text: string
  statuses: ListedStatus[]
  tenants: string[]
  /** Ids. */
  hosts: string[]
  /** Name of a host by its id, to search and sort by. */
  hostName: (id: string) => string
  sort: SortKey
  descending: boolean
}

/** The rows to show, in order. Each word must occur in name, id, image, tenant, host, a label, a port or an address; letter case does not matter. */
export function filterContainers(rows: Iterable<ContainerRow>, filter: ContainerFilter): ContainerRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const kept = [...rows].filter(
    (row) =>
      (filter.statuses.length === 0 || filter.statuses.includes(listedStatus(row))) &&
      (filter.tenants.length === 0 || filter.tenants.includes(row.tenant)) &&
      (filter.hosts.length === 0 || filter.hosts.includes(row.host)) &&
      matches(row, words, filter.hostName),
  )
  const direction = filter.descending ? -1 : 1
  return kept.sort((left, right) => direction * compare(left, right, filter) || byName(left, right))
}

function matches(row: ContainerRow, words: string[], hostName: ContainerFilter["hostName"]): boolean {
  if (words.length === 0) return true
  const haystack = [
    row.name,
    row.id,
    row.image,
    row.tenant,
    hostName(row.host),
    ...Object.entries(row.labels).map(([key, value]) => `${key}=${value}`),
    ...row.ports.map((port) => `${port.hostPort}:${port.containerPort}/${port.protocol}`),
    ...row.networks.map((network) => network.address),
  ]
    .join("\n")
    .toLowerCase()
  return words.every((word) => haystack.includes(word))
}

const names = new Intl.Collator("en", { numeric: true })
const byName = (left: ContainerRow, right: ContainerRow): number => names.compare(left.name, right.name)

function compare(left: ContainerRow, right: ContainerRow, { sort, hostName }: ContainerFilter): number {
  switch (sort) {
    case "name":
      return byName(left, right)
    case "state":
      return left.state.status.localeCompare(right.state.status)
    case "host":
      return names.compare(hostName(left.host), hostName(right.host))
    case "tenant":
      return names.compare(left.tenant, right.tenant)
    case "image":
      return names.compare(left.image, right.image)
    case "cpu":
      return (left.stats?.cpuCores ?? -1) - (right.stats?.cpuCores ?? -1)
    case "memory":
      return (left.stats?.memoryUsedBytes ?? -1) - (right.stats?.memoryUsedBytes ?? -1)
    case "network":
      return networkRate(left) - networkRate(right)
    case "pids":
      return (left.stats?.pids ?? -1) - (right.stats?.pids ?? -1)
    case "created":
      return left.createdAt - right.createdAt
  }
}

/** Received and sent, bytes a second; -1 when unknown. */
export function networkRate(row: ContainerRow): number {
  const stats = row.stats
  return stats === null || stats.receivedBytesPerSecond === null
    ? -1
    : stats.receivedBytesPerSecond + (stats.transmittedBytesPerSecond ?? 0)
}
