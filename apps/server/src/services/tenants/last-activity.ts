import type { PrismaClient } from "../../db/generated/sqlite/client.js"

/** When each tenant's containers last had an event. After the first time only new events are read: there may be a million. */
export class LastEvents {
  readonly #at = new Map<string, number>()
  #cursor: number | undefined

  constructor(private readonly prisma: PrismaClient) {}

  async of(tenants: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const newest = await this.prisma.event.findFirst({ orderBy: { cursor: "desc" }, select: { cursor: true } })
    const until = newest?.cursor ?? 0
    if (this.#cursor !== undefined && until > this.#cursor) {
      const where = { kind: "container", cursor: { gt: this.#cursor, lte: until } }
      for (const { tenant, _max } of await this.prisma.event.groupBy({ by: ["tenant"], where, _max: { at: true } }))
        if (this.#at.has(tenant)) this.#note(tenant, Number(_max.at ?? 0))
    }
    this.#cursor = Math.max(this.#cursor ?? 0, until)
    for (const tenant of tenants) if (!this.#at.has(tenant)) await this.#look(tenant)
    return this.#at
  }

  async #look(tenant: string): Promise<void> {
    const last = await this.prisma.event.findFirst({
      where: { tenant, kind: "container" },
      orderBy: { cursor: "desc" },
      select: { at: true },
    })
    this.#note(tenant, Number(last?.at ?? 0))
  }

  #note(tenant: string, at: number): void {
    this.#at.set(tenant, Math.max(this.#at.get(tenant) ?? 0, at))
  }
}

/** When members were last seen and tokens last used, by tenant, and how many there are. */
export async function readPeople(
  prisma: PrismaClient,
): Promise<{ members: Map<string, number>; tokens: Map<string, number>; seenAt: Map<string, number> }> {
  const [users, sessions, tokenGroups] = await Promise.all([
    prisma.user.findMany({ where: { tenantName: { not: null } }, select: { id: true, tenantName: true } }),
    prisma.session.groupBy({ by: ["userId"], where: { user: { tenantName: { not: null } } }, _max: { updatedAt: true } }),
    prisma.apiToken.groupBy({ by: ["tenantName"], where: { tenantName: { not: null } }, _count: true, _max: { lastUsedAt: true } }),
  ])
  const members = new Map<string, number>()
  const tokens = new Map<string, number>()
  const seenAt = new Map<string, number>()
  const see = (tenant: string, at: number) => seenAt.set(tenant, Math.max(seenAt.get(tenant) ?? 0, at))
  const tenantOf = new Map(users.map(({ id, tenantName }) => [id, tenantName]))
  for (const { tenantName } of users) if (tenantName !== null) members.set(tenantName, (members.get(tenantName) ?? 0) + 1)
  for (const { userId, _max } of sessions) {
    const tenant = tenantOf.get(userId)
    if (tenant) see(tenant, _max.updatedAt?.getTime() ?? 0)
  }
  for (const { tenantName, _count, _max } of tokenGroups) {
    if (tenantName === null) continue
    tokens.set(tenantName, _count)
    see(tenantName, Number(_max.lastUsedAt ?? 0))
  }
  return { members, tokens, seenAt }
}
