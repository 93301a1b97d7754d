import type { ContainerEngine } from "@plimsoll/runtime"
import type { ContainerRow } from "../../contract/containers.js"
import type { ResourceFigures, Tenant } from "../../contract/tenants.js"
import type { PrismaClient } from "../../db/generated/sqlite/client.js"
import { type EngineObjects, listObjects, noUsage, usageByTenant } from "../admission/tenant-usage.js"
import type { DiskMeasures } from "./disk-measures.js"
import { type LastEvents, readPeople } from "./last-activity.js"
import type { BookedTenant, TenantBook } from "./tenant-book.js"

export interface RowDependencies {
  prisma: PrismaClient
  book: TenantBook
  engine: () => ContainerEngine
  /** As last sampled. */
  rows: () => Iterable<ContainerRow>
  disks: DiskMeasures
  lastEvents: LastEvents
}

/** All tenants, or the one, with what they have and use: so many questions to engine and database, however many there are. */
export async function tenantRows(dependencies: RowDependencies, only?: string): Promise<Tenant[]> {
  const { prisma, book, lastEvents } = dependencies
  const engine = dependencies.engine()
  const [known, objects, people] = await Promise.all([engine.tenants.list(), listObjects(engine), readPeople(prisma)])
  const names = [...new Set([...known.map(({ name }) => name), ...book.all().map(({ name }) => name)])]
    .filter((name) => only === undefined || name === only)
    .sort((a, b) => a.localeCompare(b))
  const events = await lastEvents.of(names)
  const usages = usageByTenant(objects)
  const used = usedByTenant(dependencies, objects)
  return names.map((name) => {
    const { promisedDiskBytes, ...counts } = usages.get(name) ?? noUsage()
    const activity = Math.max(people.seenAt.get(name) ?? 0, events.get(name) ?? 0)
    return {
      name,
      ...ofBook(book.get(name)),
      used: used.get(name) ?? noFigures(),
      promisedDiskBytes,
      counts: { ...counts, tokens: people.tokens.get(name) ?? 0, members: people.members.get(name) ?? 0 },
      lastActivityAt: activity === 0 ? null : activity,
    }
  })
}

type BookPart = Omit<Tenant, "name" | "used" | "promisedDiskBytes" | "counts" | "lastActivityAt">

function ofBook(tenant: BookedTenant | undefined): BookPart {
  if (tenant === undefined)
    return {
      title: "",
      status: "active",
      plan: null,
      createdAt: null,
      suspendedAt: null,
      suspendReason: null,
      removeAt: null,
      sold: null,
      guaranteed: null,
    }
  const { name: _, heldIds: _held, ...shown } = tenant
  const { terms } = tenant.plan
  return {
    ...shown,
    sold: { memoryBytes: terms.memoryMaxBytes, cpuCores: terms.cpuMaxCores, diskBytes: terms.diskBytes, pids: terms.pidsMax },
    guaranteed: { memoryBytes: terms.memoryGuaranteedBytes, cpuCores: terms.cpuGuaranteedCores },
  }
}

function usedByTenant({ rows, disks }: RowDependencies, { containers, volumes }: EngineObjects): Map<string, ResourceFigures> {
  const tenants = new Map<string, ResourceFigures>()
  const of = (tenant: string): ResourceFigures => {
    const known = tenants.get(tenant) ?? noFigures()
    tenants.set(tenant, known)
    return known
  }
  for (const { tenant, stats } of rows()) {
    if (stats === null) continue
    const figures = of(tenant)
    figures.memoryBytes += stats.memoryUsedBytes
    figures.cpuCores += stats.cpuCores ?? 0
    figures.pids += stats.pids
  }
  for (const { id, tenant } of containers) of(tenant).diskBytes += disks.of(id)
  for (const { name, tenant, limit } of volumes) of(tenant).diskBytes += limit.kind === "disk" ? limit.allocatedBytes : disks.of(name)
  return tenants
}

function noFigures(): ResourceFigures {
  return { memoryBytes: 0, cpuCores: 0, diskBytes: 0, pids: 0 }
}
