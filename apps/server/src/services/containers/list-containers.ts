import type { ContainerSummary, ListContainersOptions } from "@plimsoll/runtime"
import { localHost, type OnHost } from "../../contract/hosts.js"
import type { Hosts } from "../hosts/hosts.js"
import type { ContainersLive } from "../live/containers-live.js"

export interface ListContainersDependencies {
  hosts: Pick<Hosts, "connected" | "infoOf" | "onEach">
  live: Pick<ContainersLive, "rows">
}

/** Containers of one host, or of all (`host` absent): as the engines say now, and as last known where a host is away. */
export async function listContainers(
  { hosts, live }: ListContainersDependencies,
  { host: only, ...options }: ListContainersOptions & { host?: string },
): Promise<OnHost<ContainerSummary>[]> {
  const connected = new Set([localHost, ...hosts.connected().map(({ id }) => id)])
  const lastKnown = live
    .rows()
    .filter(({ host }) => !connected.has(host) && (only === undefined || host === only))
    .filter((row) => matches(row, options))
    .map(({ stats: _, ...summary }) => summary)
  if (only === undefined || connected.has(only))
    return [...(await hosts.onEach(only, (engine) => engine.containers.list(options))), ...lastKnown]
  // An unknown host has no containers either: it says so.
  await hosts.infoOf(only)
  return lastKnown
}

function matches(row: ContainerSummary, { tenant, statuses, labels = [] }: ListContainersOptions): boolean {
  if (tenant !== undefined && row.tenant !== tenant) return false
  if (statuses !== undefined && !statuses.includes(row.state.status)) return false
  return labels.every((label) => {
    const [key = "", ...value] = label.split("=")
    return value.length === 0 ? Object.hasOwn(row.labels, key) : row.labels[key] === value.join("=")
  })
}
