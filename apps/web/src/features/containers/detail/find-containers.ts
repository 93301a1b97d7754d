import { type ContainerRow, localHost } from "@plimsoll/server/contract"
import type { LiveContainers } from "@/lib/live-containers"

/**
 * What an address names: a full id, a name, or the beginning of an id of at least 4 digits. A name means this machine's container where
 * it has one of that name; several of other hosts are all returned, and so are those that share a beginning.
 */
export function findContainers({ byId, rows }: Pick<LiveContainers, "byId" | "rows">, address: string): ContainerRow[] {
  const exact = byId.get(address)
  if (exact) return [exact]
  const namesakes = rows.filter((row) => row.name === address)
  const own = namesakes.filter((row) => row.host === localHost)
  if (namesakes.length > 0) return own.length > 0 ? own : namesakes
  return /^[0-9a-f]{4,}$/.test(address) ? rows.filter((row) => row.id.startsWith(address)) : []
}
