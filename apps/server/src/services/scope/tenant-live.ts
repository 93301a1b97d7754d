import type { ContainerRow, ContainersLiveMessage } from "../../contract/containers.js"
import { localHost } from "../../contract/hosts.js"
import type { ContainersLive } from "../live/containers-live.js"
import type { TenantNames } from "./tenant-names.js"

/** The live list of one tenant's containers. Tenants live on the machine that the console runs on. */
export function tenantLive(
  live: ContainersLive,
  { tenant, names, containerId }: { tenant: string; names: TenantNames; containerId: (reference: string) => Promise<string> },
): ContainersLive {
  const isOwn = (row: ContainerRow) => row.tenant === tenant && row.host === localHost
  const shown = (row: ContainerRow): ContainerRow => ({
    ...row,
    networks: row.networks.map((attachment) => ({ ...attachment, network: names.shown(attachment.network) })),
  })
  return {
    rows: () => live.rows().filter(isOwn).map(shown),

    async *follow(signal): AsyncGenerator<ContainersLiveMessage, void, void> {
      const own = new Set<string>()
      for await (const message of live.follow(signal)) {
        if (message.type === "snapshot") {
          const containers = message.containers.filter(isOwn).map(shown)
          for (const { id } of containers) own.add(id)
          yield { ...message, containers }
          continue
        }
        const upserted = message.upserted.filter(isOwn).map(shown)
        for (const { id } of upserted) own.add(id)
        const removed = message.removed.filter((id) => own.delete(id))
        yield { ...message, upserted, removed, stats: message.stats.filter(({ id }) => own.has(id)) }
      }
    },

    async *followOne(id, signal) {
      yield* live.followOne(await containerId(id), signal)
    },
  }
}
