import { randomUUID } from "node:crypto"
import { EngineError } from "@plimsoll/runtime"
import type { Role } from "../../contract/session.js"
import { type ApiToken, type TokenScope, tokenScopes } from "../../contract/tokens.js"
import type { PrismaClient } from "../../db/open-database.js"
import type { Admission } from "../admission/admission.js"
import { hashSecret, makeSecret } from "../secrets/one-way-secret.js"
import { reachableTenant } from "../session/reachable-tenant.js"
import type { SignedIn } from "../session/sessions.js"
import { shownToken, TOKEN_PREFIX } from "./shown-token.js"
import type { Tokens } from "./tokens.js"

const SHOWN_CHARACTERS = TOKEN_PREFIX.length + 4
/** How exactly "last used" is kept. */
const USED_RESOLUTION_MS = 60_000
const SESSION_PREFIX = "token:"

/** A token does what the lowest person with such rights may. */
const ROLES: Record<"tenant" | "provider", Record<TokenScope, Role>> = {
  tenant: { read: "viewer", write: "member" },
  provider: { read: "support", write: "operator" },
}

interface Row {
  id: string
  start: string
  name: string
  tenantName: string | null
  scope: string
  createdBy: string
  createdAt: bigint
  expiresAt: bigint | null
  lastUsedAt: bigint | null
  lastUsedFrom: string | null
}

export interface TokensDependencies {
  prisma: PrismaClient
  now: () => number
  onError: (error: unknown) => void
  /** Called with the session ids of tokens that were revoked, so that their connections are cut. */
  onEnded: (sessionIds: string[]) => void
  /** Keeps a tenant within its plan's number of tokens. */
  within: Admission["within"]
}

export function createTokens({ prisma, now, onError, onEnded, within }: TokensDependencies): Tokens {
  const table = prisma.apiToken
  const unexpired = () => ({ OR: [{ expiresAt: null }, { expiresAt: { gt: BigInt(now()) } }] })

  async function noteUse({ id, lastUsedAt }: Row, address: string | null): Promise<void> {
    // A clock that was set back counts as another minute.
    if (lastUsedAt !== null && Math.abs(now() - Number(lastUsedAt)) < USED_RESOLUTION_MS) return
    // Of requests that come together, one writes.
    await table.updateMany({ where: { id, lastUsedAt }, data: { lastUsedAt: BigInt(now()), lastUsedFrom: address } })
  }

  return {
    async list(session, tenant) {
      const tenantName = await reachableTenant(prisma, session, tenant)
      return (await table.findMany({ where: { tenantName }, orderBy: [{ createdAt: "desc" }, { id: "asc" }] })).map(toEntry)
    },

    async create(session, { tenant, name, scope, expiresAt }) {
      const tenantName = await reachableTenant(prisma, session, tenant)
      if (expiresAt !== null && expiresAt <= now())
        throw new EngineError("invalid_argument", {
          publicMessage: "The token would have expired already. Choose a later time, or none.",
          facts: { field: "expiresAt" },
        })
      const token = `${TOKEN_PREFIX}${makeSecret()}`
      const make = () =>
        table.create({
          data: {
            id: randomUUID(),
            tokenHash: hashSecret(token),
            start: token.slice(0, SHOWN_CHARACTERS),
            name,
            tenantName,
            scope,
            createdBy: session.username,
            createdAt: BigInt(now()),
            expiresAt: expiresAt === null ? null : BigInt(expiresAt),
          },
        })
      const count = () => table.count({ where: { tenantName, ...unexpired() } })
      const row = tenantName === null ? await make() : await within(tenantName, "tokens", count, make)
      return { token, entry: toEntry(row) }
    },

    async revoke(session, id) {
      const { count } = await table.deleteMany({ where: { id, ...(session.tenant !== null && { tenantName: session.tenant }) } })
      if (count === 0) throw new EngineError("not_found", { publicMessage: "This token was revoked already.", facts: { id } })
      onEnded([sessionIdOf(id)])
    },

    async recognise(headers, address) {
      const token = shownToken(headers)
      if (token === undefined) return null
      const row = await table.findFirst({ where: { tokenHash: hashSecret(token), ...unexpired() } })
      if (row === null) return null
      // When it was last used is not worth a refusal on a full disk.
      await noteUse(row, address).catch(onError)
      return toSignedIn(row)
    },

    async stillValid(sessionIds) {
      const ids = sessionIds.flatMap((id) => (id.startsWith(SESSION_PREFIX) ? [id.slice(SESSION_PREFIX.length)] : []))
      if (ids.length === 0) return []
      const rows = await table.findMany({ where: { id: { in: ids }, ...unexpired() }, select: { id: true } })
      return rows.map(({ id }) => sessionIdOf(id))
    },
  }
}

function sessionIdOf(id: string): string {
  return `${SESSION_PREFIX}${id}`
}

function toSignedIn({ id, name, tenantName, scope, createdAt, expiresAt }: Row): SignedIn {
  return {
    role: ROLES[tenantName === null ? "provider" : "tenant"][scopeOf(scope)],
    tenant: tenantName,
    lookingAs: null,
    token: { id, name },
    userId: sessionIdOf(id),
    username: `token:${name}`,
    name,
    sessionId: sessionIdOf(id),
    signedInAt: Number(createdAt),
    expiresAt: expiresAt === null ? Number.MAX_SAFE_INTEGER : Number(expiresAt),
  }
}

function toEntry(row: Row): ApiToken {
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenantName,
    scope: scopeOf(row.scope),
    start: row.start,
    createdAt: Number(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt === null ? null : Number(row.expiresAt),
    lastUsedAt: row.lastUsedAt === null ? null : Number(row.lastUsedAt),
    lastUsedFrom: row.lastUsedFrom,
  }
}

/** What is not known here grants the least. */
function scopeOf(text: string): TokenScope {
  return tokenScopes.find((scope) => scope === text) ?? "read"
}
