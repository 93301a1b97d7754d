import { EngineError } from "@plimsoll/runtime"
import type { PrismaClient } from "../../db/open-database.js"
import type { AuthByScheme } from "./create-auth.js"
import { LOCAL_SESSION } from "./operator-token.js"
import { requestOrigin } from "./request-origin.js"
import type { Sessions, SignedIn } from "./sessions.js"

/** How exactly "last seen" is kept. */
const SEEN_RESOLUTION_MS = 60_000
/** Wrong current passwords of one session before it has to wait. */
const PASSWORD_TRIES = 5
const PASSWORD_WINDOW_MS = 10 * 60_000

export interface SessionsDependencies {
  auth: AuthByScheme
  prisma: PrismaClient
  now: () => number
  publicOrigins: readonly string[]
  onError: (error: unknown) => void
  /** Recognises a script that root runs on this host. */
  recogniseLocal: (headers: Headers) => SignedIn | null
  onPasswordChanged: () => Promise<void>
  /** Called with the ids of sessions that have just ended, so that their connections are cut. */
  onEnded: (sessionIds: string[]) => void
}

export function createSessions({
  auth,
  prisma,
  now,
  publicOrigins,
  onError,
  recogniseLocal,
  onPasswordChanged,
  onEnded,
}: SessionsDependencies): Sessions {
  const seen = new Map<string, number>()
  const tries = new Map<string, number[]>()

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

  return {
    async recognise(headers) {
      const local = recogniseLocal(headers)
      if (local !== null) return local
      if (!headers.has("cookie")) return null
      const found = await auth[requestOrigin(headers, publicOrigins).scheme].api.getSession({ headers, query: { disableRefresh: true } })
      if (found === null) return null
      // When it was last seen is not worth a refusal on a full disk.
      await markSeen(found.session.id).catch(onError)
      return {
        role: "operator",
        tenant: null,
        lookingAs: null,
        token: null,
        userId: found.user.id,
        username: found.user.username ?? found.user.name,
        name: found.user.name,
        sessionId: found.session.id,
        signedInAt: found.session.createdAt.getTime(),
        expiresAt: found.session.expiresAt.getTime(),
      }
    },

    async stillValid(sessionIds) {
      const rows = await prisma.session.findMany({
        where: { id: { in: sessionIds }, expiresAt: { gt: new Date(now()) } },
        select: { id: true },
      })
      return new Set([LOCAL_SESSION, ...rows.map(({ id }) => id)])
    },

    ended: (sessionIds) => onEnded(sessionIds),

    me: ({ userId, username, name, role, tenant, lookingAs, sessionId, signedInAt, expiresAt }) => ({
      userId,
      username,
      name,
      role,
      tenant,
      lookingAs,
      twoFactor: false,
      sessionId,
      signedInAt,
      expiresAt,
    }),

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
      const recent = (tries.get(session.sessionId) ?? []).filter((at) => now() - at < PASSWORD_WINDOW_MS)
      if (recent.length >= PASSWORD_TRIES) {
        throw new EngineError("permission_denied", { publicMessage: "Too many wrong passwords. Wait ten minutes, then try again." })
      }
      // Counted before it is looked at: tries that come together must not share one place.
      tries.set(session.sessionId, [...recent, now()])
      const context = await auth.http.$context
      const account = await prisma.account.findFirst({ where: { userId: session.userId, providerId: "credential" } })
      const stored = account?.password ?? null
      if (stored === null || !(await context.password.verify({ hash: stored, password: currentPassword }))) {
        throw new EngineError("invalid_argument", { publicMessage: "The current password is wrong.", facts: { field: "currentPassword" } })
      }
      tries.delete(session.sessionId)
      await context.internalAdapter.updatePassword(session.userId, await context.password.hash(newPassword))
      await onPasswordChanged()
      await end({ userId: session.userId, id: { not: session.sessionId } })
    },
  }
}
