import type { ContainerEngine } from "@plimsoll/runtime"
import { type HostSummary, localHost } from "../../contract/hosts.js"
import type { Hosts } from "../hosts/hosts.js"
import type { ContainersLive } from "../live/containers-live.js"
import { countByStatus } from "../live/count-by-status.js"
import { notFound, refuse } from "./refusals.js"
import { tenantEngine, tenantInfo } from "./tenant-engine.js"
import { tenantReach } from "./tenant-reach.js"

/** The machines as a tenant sees them: the one that the console runs on, where tenants live. */
export function tenantHosts(hosts: Hosts, tenant: string, live: () => Pick<ContainersLive, "rows">): Hosts {
  const engineOf = (host: string): ContainerEngine => {
    if (host !== localHost) throw notFound("host", host)
    return tenantEngine(hosts.engineOf(localHost), tenant)
  }
  const summary = (host: HostSummary): HostSummary => ({
    ...host,
    remedy: null,
    info: host.info === null ? null : tenantInfo(host.info),
    counts: countByStatus(live().rows()),
  })
  return {
    engineOf,
    connected: () =>
      hosts
        .connected()
        .filter(({ id }) => id === localHost)
        .map(({ id }) => ({ id, engine: engineOf(id) })),
    infoOf: async (host) => {
      if (host !== localHost) throw notFound("host", host)
      return tenantInfo(await hosts.infoOf(host))
    },
    ofContainer: async (id) => {
      await tenantReach(hosts.engineOf(localHost), tenant).containerId(id)
      return { host: localHost, engine: engineOf(localHost) }
    },
    hostOfExec: async (execId) => {
      await engineOf(localHost).containers.inspectExec(execId)
      return localHost
    },
    onEach: async (host, ask) => {
      const answers = await ask(engineOf(host ?? localHost))
      return answers.map((answer) => ({ ...answer, host: localHost }))
    },
    assertAny: () => void engineOf(localHost),
    list: async () => (await hosts.list()).filter(({ id }) => id === localHost).map(summary),
    async *follow(signal) {
      for await (const all of hosts.follow(signal)) yield all.filter(({ id }) => id === localHost).map(summary)
    },
    test: refuse,
    add: refuse,
    change: refuse,
    remove: refuse,
  }
}
