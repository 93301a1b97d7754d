import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"
import type { Tenant } from "../../contract/tenants.js"
import type { PrismaClient } from "../../db/generated/sqlite/client.js"
import { toEventRecord } from "../events/event-queries.js"

const PAGE = 1000

export interface ExportDependencies {
  prisma: PrismaClient
  engine: ContainerEngine
  now: () => number
}

interface ExportEntry {
  name: string
  data: Buffer
  modifiedAt: number
}

/**
 * The documents of an export, one after the other: what is large (metering, events) comes in numbered files of JSON lines, so that no more than
 * one page is in memory. Neither passwords nor tokens are in it, nor hashes of them.
 */
export async function* exportTenant({ prisma, engine, now }: ExportDependencies, tenant: Tenant): AsyncGenerator<ExportEntry, void, void> {
  const { name } = tenant
  const entry = (path: string, data: string): ExportEntry => ({ name: `${name}/${path}`, data: Buffer.from(data), modifiedAt: now() })
  const document = (path: string, value: unknown) => entry(path, `${JSON.stringify(value, jsonNumber, 2)}\n`)

  const { plan, ...rest } = tenant
  yield document("tenant.json", rest)
  if (plan !== null) yield document("plan.json", plan)
  yield document("members.json", await members(prisma, name))
  for (const row of await engine.containers.list({ tenant: name })) {
    const inspected = await inspectIfThere(engine, row.id)
    if (inspected !== undefined) yield document(`containers/${row.name}.json`, inspected)
  }
  yield document("volumes.json", await own(engine.volumes.list(), name))
  yield document("networks.json", await own(engine.networks.list(), name))

  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row, jsonNumber)}\n`).join("")
  for await (const [page, rows] of pages(
    (after: bigint | undefined) => meterPage(prisma, name, after),
    ({ at }) => at,
  ))
    yield entry(`metering-${page}.jsonl`, lines(rows))
  for await (const [page, rows] of pages(
    (after: number | undefined) => eventPage(prisma, name, after),
    ({ cursor }) => cursor,
  ))
    yield entry(`events-${page}.jsonl`, lines(rows.map(toEventRecord)))
}

function members(prisma: PrismaClient, tenant: string) {
  return prisma.user.findMany({
    where: { tenantName: tenant },
    select: { username: true, name: true, email: true, role: true, createdAt: true, twoFactorEnabled: true },
    orderBy: { createdAt: "asc" },
  })
}

function meterPage(prisma: PrismaClient, tenant: string, after: bigint | undefined) {
  const where = { tenant, ...(after !== undefined && { at: { gt: after } }) }
  return prisma.meterHour.findMany({ where, orderBy: { at: "asc" }, take: PAGE })
}

function eventPage(prisma: PrismaClient, tenant: string, after: number | undefined) {
  const where = { tenant, ...(after !== undefined && { cursor: { gt: after } }) }
  return prisma.event.findMany({ where, orderBy: { cursor: "asc" }, take: PAGE })
}

/** Numbered pages until one is not full. */
async function* pages<Row, Key>(
  read: (after: Key | undefined) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<[string, Row[]], void, void> {
  let after: Key | undefined
  for (let number = 1; ; number++) {
    const rows = await read(after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield [String(number).padStart(6, "0"), rows]
    if (rows.length < PAGE) return
    after = keyOf(last)
  }
}

async function inspectIfThere(engine: ContainerEngine, id: string) {
  try {
    return await engine.containers.inspect(id)
  } catch (error) {
    if (isEngineError(error, "not_found")) return undefined
    throw error
  }
}

async function own<T extends { tenant: string }>(listed: Promise<T[]>, tenant: string): Promise<T[]> {
  return (await listed).filter((each) => each.tenant === tenant)
}

/** The database's integers have 64 bits; ours stay below 2^53. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value
}
