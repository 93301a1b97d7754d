import type { AuditDetails, EventRecord } from "../../contract/events.js"
import { localHost } from "../../contract/hosts.js"
import { providerRoles } from "../../contract/session.js"
import type { EventLog } from "../events/event-log.js"
import type { Metering } from "../metering/metering.js"
import type { MetricsService } from "../metrics/metrics-service.js"
import type { Services } from "../services.js"
import type { SignedIn } from "../session/sessions.js"
import type { Tenants } from "../tenants/tenants.js"
import type { Terminals } from "../terminals/terminals.js"
import { notFound, refusal, refuse } from "./refusals.js"
import { tenantEngine, tenantInfo } from "./tenant-engine.js"
import { tenantHosts } from "./tenant-hosts.js"
import { tenantLive } from "./tenant-live.js"
import { type TenantNames, tenantNames } from "./tenant-names.js"
import { tenantReach } from "./tenant-reach.js"

/**
 * The use cases as a session reaches them: all of them for the provider's staff; for a tenant's member the same ones, in which only what is the
 * tenant's exists. Procedures and streams have nothing else, so that none can forget to ask whose an id is.
 */
export function scopeServices(services: Services, { tenant }: Pick<SignedIn, "tenant">): Services {
  return tenant === null ? services : tenantServices(services, tenant)
}

function tenantServices(services: Services, tenant: string): Services {
  const names = tenantNames(tenant)
  const containerId = (reference: string) => tenantReach(services.engine.get(), tenant).containerId(reference)
  const live = tenantLive(services.live, { tenant, names, containerId })
  return {
    ...services,
    engine: {
      get: () => tenantEngine(services.engine.get(), tenant),
      info: async () => tenantInfo(await services.engine.info()),
      onOpened: (listener) => services.engine.onOpened((engine) => listener(tenantEngine(engine, tenant))),
      close: refuse,
    },
    hosts: tenantHosts(services.hosts, tenant, () => live),
    live,
    events: tenantEvents(services.events, tenant, names),
    metrics: tenantMetrics(services.metrics, services, tenant),
    metering: tenantMetering(services.metering, tenant),
    terminals: tenantTerminals(services.terminals, services, tenant),
    host: { info: refuse, follow: refuseAtOnce },
    registries: { list: refuse, add: refuse, change: refuse, remove: refuse, test: refuse, settings: refuse, credentialsFor: refuse },
    overprovisioning: { now: refuse, follow: refuseAtOnce, history: refuse, sales: refuse, changeSettings: refuse },
    plans: { list: refuse, create: refuse, change: refuse, remove: refuse },
    tenants: ownTenant(services.tenants, tenant),
    whatIf: { ask: refuse },
    prometheus: { scrape: (options) => services.prometheus.scrape({ ...options, tenant }) },
    ladder: { now: refuseAtOnce, changeSettings: refuse, selling: refuseAtOnce },
    transfers: {
      pull: refuse,
      push: refuse,
      pullAndCreate: refuse,
      cancel: refuseAtOnce,
      follow: refuseAtOnce,
    },
  }
}

/** What the provider alone may follow or cancel. */
function refuseAtOnce(): never {
  throw refusal()
}

function tenantEvents(events: EventLog, tenant: string, names: TenantNames): EventLog {
  const shown = (record: EventRecord): EventRecord => ({
    ...record,
    name: record.kind === "volume" || record.kind === "network" ? names.shown(record.name) : record.name,
    attributes: record.kind === "ladder" ? withoutShortage(record.attributes) : record.attributes,
    audit: withoutStaffAddress(record.audit),
  })
  return {
    async list(query) {
      if (query.tenant !== undefined && query.tenant !== tenant) return { items: [], nextCursor: null }
      const page = await events.list({ ...query, tenant })
      return { ...page, items: page.items.map(shown) }
    },
    async *follow({ filters, ...options }) {
      if (filters.tenant !== undefined && filters.tenant !== tenant) return
      for await (const record of events.follow({ ...options, filters: { ...filters, tenant } })) yield shown(record)
    },
  }
}

/** How short the whole machine was is not for the provider's customers; that it was is. */
function withoutShortage({ shortage, shortageFacts: _, ...attributes }: EventRecord["attributes"]): EventRecord["attributes"] {
  return shortage === undefined ? attributes : { ...attributes, shortage: "the machine was short of memory" }
}

/** From where the provider's staff works is not for their customers. */
function withoutStaffAddress(audit: AuditDetails | null): AuditDetails | null {
  const isStaff = providerRoles.some((role) => role === audit?.actor.role)
  return audit === null || !isStaff ? audit : { ...audit, actor: { ...audit.actor, address: null } }
}

function tenantMetrics(metrics: MetricsService, { engine }: Pick<Services, "engine">, tenant: string): MetricsService {
  const reach = () => tenantReach(engine.get(), tenant)
  return {
    async series(query) {
      if (query.scope === "host") throw notFound("host", query.id ?? localHost)
      if (query.scope === "tenant" && query.id !== tenant) throw notFound("tenant", query.id ?? "")
      return metrics.series(query.scope === "container" ? { ...query, id: await reach().containerId(query.id ?? "") } : query)
    },
    async recent(query) {
      const own = await reach().containerIds()
      return metrics.recent({ ...query, ids: query.ids.filter((id) => own.has(id)) })
    },
  }
}

/** A tenant's members look at their own; the provider decides about it. */
function ownTenant(tenants: Tenants, own: string): Tenants {
  return {
    list: async () => [await tenants.inspect(own)],
    inspect: async (tenant) => {
      if (tenant !== own) throw notFound("tenant", tenant)
      return tenants.inspect(own)
    },
    standing: (tenant) => (tenant === own ? tenants.standing(own) : undefined),
    create: refuse,
    change: refuse,
    suspend: refuse,
    resume: refuse,
    remove: refuse,
    keep: refuse,
    export: refuse,
  }
}

function tenantMetering(metering: Metering, tenant: string): Metering {
  const refuseOther = (asked: string | undefined) => {
    if (asked !== undefined && asked !== tenant) throw notFound("tenant", asked)
  }
  return {
    async month(month, asked) {
      refuseOther(asked)
      return metering.month(month, tenant)
    },
    async hours(month, asked) {
      refuseOther(asked)
      return metering.hours(month, tenant)
    },
  }
}

function tenantTerminals(terminals: Terminals, { engine }: Pick<Services, "engine">, tenant: string): Terminals {
  const reach = () => tenantReach(engine.get(), tenant)
  return {
    open: async (session, input) => terminals.open(session, { ...input, id: await reach().containerId(input.id) }),
    rejoin: async (session, execId) => {
      await reach().ownExec(execId)
      return terminals.rejoin(session, execId)
    },
    attach: async (session, id) => terminals.attach(session, await reach().containerId(id)),
  }
}
