import { EngineError } from "@plimsoll/runtime"
import type { PrismaClient } from "../../db/open-database.js"
import { notFound } from "../scope/refusals.js"
import { shownToken } from "../tokens/shown-token.js"
import type { Tokens } from "../tokens/tokens.js"
import { clientAddressOf } from "./client-address.js"
import type { AuthByScheme } from "./create-auth.js"
import type { Lockout } from "./lockout.js"
import { LOCAL_SESSION } from "./operator-token.js"
import { refuseWeakPassword } from "./password-strength.js"
import { requestOrigin } from "./request-origin.js"
import type { Sessions, SignedIn } from "./sessions.js"
import { standingOf } from "./standing-of.js"

/** How exactly "last seen" is kept. */
const SEEN_RESOLUTION_MS = 60_000

export interface SessionsDependencies {
  auth: AuthByScheme
  prisma: PrismaClient
  now: () => number
  publicOrigins: readonly string[]
  onError: (error: unknown) => void
  /** Recognises a script that root runs on this host. */
  recogniseLocal: (headers: Headers) => SignedIn | null
  tokens: Pick<Tokens, "recognise" | "stillValid">
  lockout: Lockout
  /** Whether there is such a tenant to look as. */
  knowsTenant: (tenant: string) => Promise<boolean>
  onPasswordChanged: (username: string) => Promise<void>
  /** Called with the ids of sessions that have just ended or become another's, so that their connections are cut. */
  onEnded: (sessionIds: string[]) => void
}

export function createSessions({
  auth,
  prisma,
  now,
  publicOrigins,
  onError,
  recogniseLocal,
  tokens,
  lockout,
  knowsTenant,
  onPasswordChanged,
  onEnded,
}: SessionsDependencies): Sessions {
  const seen = new Map<string, number>()

  async function markSeen(sessionId: string) {
    if (now() - (seen.get(sessionId) ?? 0) < SEEN_RESOLUTION_MS) return
    seen.set(sessionId, now())
    await prisma.session.updateMany({ where: { id: sessionId }, data: { updatedAt: new Date(now()) } })
  }

  async function end(where: { userId: string; id: string | { not: string } }): Promise<number> {
    const sessions = await prisma.session.findMany({ where, select: { id: true } })
    await prisma.session.deleteMany({ where })
    for (const { id } of sessions) seen.delete(id)
    onEnded(sessions.map(({ id }) => id))
    return sessions.length
  }

  async function look({ sessionId }: SignedIn, data: { lookAsTenant: string | null; lookAsWrite: boolean }): Promise<void> {
    await prisma.session.updateMany({ where: { id: sessionId }, data })
    // After the answer, which may be on one of them.
    setImmediate(() => onEnded([sessionId]))
  }

  return {
    async recognise(headers) {
      const local = recogniseLocal(headers)
      if (local !== null) return local
      // Whoever shows a token is who the token says, or nobody: a cookie beside it counts for nothing.
      if (shownToken(headers) !== undefined) return tokens.recognise(headers, clientAddressOf(headers))
      if (!headers.has("cookie")) return null
      const found = await auth[requestOrigin(headers, publicOrigins).scheme].api.getSession({ headers, query: { disableRefresh: true } })
      if (found === null) return null
      const row = await prisma.session.findUnique({ where: { id: found.session.id }, include: { user: true } })
      const standing = row === null ? null : standingOf(row.user, row)
      if (row === null || standing === null) return null
      // When it was last seen is not worth a refusal on a full disk.
      await markSeen(row.id).catch(onError)
      return {
        ...standing,
        token: null,
        userId: row.userId,
        username: row.user.username ?? row.user.name,
        name: row.user.name,
        sessionId: row.id,
        signedInAt: row.createdAt.getTime(),
        expiresAt: row.expiresAt.getTime(),
      }
    },

    async stillValid(sessionIds) {
      const rows = await prisma.session.findMany({
        where: { id: { in: sessionIds }, expiresAt: { gt: new Date(now()) } },
        select: { id: true },
      })
      return new Set([LOCAL_SESSION, ...rows.map(({ id }) => id), ...(await tokens.stillValid(sessionIds))])
    },

    ended: (sessionIds) => onEnded(sessionIds),

    async me({ userId, username, name, role, tenant, lookingAs, sessionId, signedInAt, expiresAt }) {
      const user = await prisma.user.findUnique({ where: { id: userId }, select: { twoFactorEnabled: true } })
      return {
        userId,
        username,
        name,
        role,
        tenant,
        lookingAs,
        twoFactor: user?.twoFactorEnabled === true,
        sessionId,
        signedInAt,
        expiresAt,
      }
    },

    async list(session) {
      const rows = await prisma.session.findMany({
        where: { userId: session.userId, expiresAt: { gt: new Date(now()) } },
        orderBy: { updatedAt: "desc" },
      })
      return rows.map((row) => ({
        id: row.id,
        current: row.id === session.sessionId,
        createdAt: row.createdAt.getTime(),
        lastSeenAt: row.updatedAt.getTime(),
        expiresAt: row.expiresAt.getTime(),
        address: row.ipAddress === "" ? null : row.ipAddress,
        userAgent: row.userAgent === "" ? null : row.userAgent,
      }))
    },

    async revoke(session, sessionId) {
      const ended = await end({ userId: session.userId, id: sessionId })
      if (ended === 0) throw new EngineError("not_found", { publicMessage: "This sign-in has ended already.", facts: { sessionId } })
    },

    async changePassword(session, { currentPassword, newPassword }) {
      const { password, internalAdapter } = await auth.http.$context
      const isRight = await lockout.attempt(session.username, async () => {
        const account = await prisma.account.findFirst({ where: { userId: session.userId, providerId: "credential" } })
        const stored = account?.password ?? null
        const value = stored !== null && (await password.verify({ hash: stored, password: currentPassword }))
        return { verdict: value ? "right" : "wrong", value }
      })
      if (!isRight)
        throw new EngineError("invalid_argument", { publicMessage: "The current password is wrong.", facts: { field: "currentPassword" } })
      await refuseWeakPassword(newPassword, { names: [session.username, session.name, session.tenant ?? ""], field: "newPassword" })
      await internalAdapter.updatePassword(session.userId, await password.hash(newPassword))
      await onPasswordChanged(session.username)
      await end({ userId: session.userId, id: { not: session.sessionId } })
    },

    async lookAs(session, { tenant, write }) {
      if (session.token !== null || session.sessionId === LOCAL_SESSION)
        throw new EngineError("permission_denied", { publicMessage: "Sign in to the console as an operator to look as a tenant." })
      if (!(await knowsTenant(tenant))) throw notFound("tenant", tenant)
      await look(session, { lookAsTenant: tenant, lookAsWrite: write })
    },

    async lookAsEnd(session) {
      if (session.lookingAs !== null) await look(session, { lookAsTenant: null, lookAsWrite: false })
    },
  }
}
