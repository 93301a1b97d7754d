import { randomUUID } from "node:crypto"
import { EngineError } from "@plimsoll/runtime"
import type { Member } from "../../contract/members.js"
import type { Role } from "../../contract/session.js"
import type { PrismaClient } from "../../db/open-database.js"
import { hashSecret, makeSecret } from "../secrets/one-way-secret.js"
import { reachableTenant } from "../session/reachable-tenant.js"
import type { SignedIn } from "../session/sessions.js"
import { belongs } from "../session/standing-of.js"
import { Turns } from "../transfers/turns.js"
import { createLinks } from "./links.js"
import type { Members } from "./members.js"

const DAY_MS = 86_400_000
const INVITATION_MS = 7 * DAY_MS
const RESET_MS = DAY_MS
/** Of one tenant, or of the provider: a tenant's owner cannot fill the database. */
const OPEN_INVITATIONS = 100

export interface MembersDependencies {
  prisma: PrismaClient
  now: () => number
  hashPassword: (password: string) => Promise<string>
  /** Called with the ids of sessions that ended or whose role changed, so that their connections are cut. */
  onEnded: (sessionIds: string[]) => void
  onPasswordChanged: (username: string) => Promise<void>
}

export function createMembers(dependencies: MembersDependencies): Members {
  const { prisma, now, onEnded } = dependencies
  // Two who demote each other at the same instant must not leave nobody.
  const turns = new Turns(1)

  const details = {
    sessions: { select: { id: true, updatedAt: true }, orderBy: { updatedAt: "desc" } },
    _count: { select: { passkeys: true } },
  } as const

  async function find(session: SignedIn, userId: string) {
    const where = { id: userId, ...(session.tenant !== null && { tenantName: session.tenant }) }
    const user = await prisma.user.findFirst({ where, include: details })
    if (user === null)
      throw new EngineError("not_found", { publicMessage: "This member is not there, or not any more.", facts: { userId } })
    return user
  }

  type Row = Awaited<ReturnType<typeof find>>

  /** Of operators there is always one, and of a tenant's owners, once it has any. */
  async function refuseLast({ role, tenantName, username }: Row): Promise<void> {
    if (role !== "operator" && role !== "owner") return
    if ((await prisma.user.count({ where: { role, tenantName } })) > 1) return
    throw new EngineError("conflict", {
      publicMessage: `${username ?? ""} is the last ${role}. Make somebody else ${role} first.`,
      facts: { role, tenant: tenantName },
    })
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const endTurn = await turns.take("members", new AbortController().signal)
    try {
      return await work()
    } finally {
      endTurn()
    }
  }

  const toMember = (user: Row): Member => ({
    userId: user.id,
    username: user.username ?? user.name,
    name: user.name,
    role: roleOf(user),
    tenant: user.tenantName,
    createdAt: user.createdAt.getTime(),
    lastSeenAt: user.sessions[0]?.updatedAt.getTime() ?? null,
    twoFactor: user.twoFactorEnabled === true,
    passkeys: user._count.passkeys,
    lockedUntil: user.lockedUntil !== null && user.lockedUntil > now() ? Number(user.lockedUntil) : null,
  })

  return {
    async list(session, tenant) {
      const tenantName = await reachableTenant(prisma, session, tenant)
      return (await prisma.user.findMany({ where: { tenantName }, orderBy: { username: "asc" }, include: details })).map(toMember)
    },

    async invitations(session, tenant) {
      const tenantName = await reachableTenant(prisma, session, tenant)
      const rows = await prisma.invitation.findMany({
        where: { tenantName, expiresAt: { gt: BigInt(now()) } },
        orderBy: [{ createdAt: "desc" }, { id: "asc" }],
      })
      return rows.map((row) => ({
        id: row.id,
        tenant: row.tenantName,
        role: roleOf(row),
        note: row.note,
        createdAt: Number(row.createdAt),
        expiresAt: Number(row.expiresAt),
        invitedBy: row.invitedBy,
      }))
    },

    async invite(session, { tenant, role, note }) {
      const tenantName = await reachableTenant(prisma, session, tenant)
      refuseForeignRole(role, tenantName)
      await prisma.invitation.deleteMany({ where: { expiresAt: { lte: BigInt(now()) } } })
      if ((await prisma.invitation.count({ where: { tenantName } })) >= OPEN_INVITATIONS)
        throw new EngineError("conflict", {
          publicMessage: `There are ${OPEN_INVITATIONS} open invitations already. Revoke some that nobody will use.`,
          facts: { open: OPEN_INVITATIONS },
        })
      const secret = makeSecret()
      const expiresAt = now() + INVITATION_MS
      await prisma.invitation.create({
        data: {
          id: randomUUID(),
          tokenHash: hashSecret(secret),
          tenantName,
          role,
          note,
          invitedBy: session.username,
          createdAt: BigInt(now()),
          expiresAt: BigInt(expiresAt),
        },
      })
      return { path: `/invitation?token=${secret}`, expiresAt }
    },

    async revokeInvitation(session, id) {
      const { count } = await prisma.invitation.deleteMany({
        where: { id, ...(session.tenant !== null && { tenantName: session.tenant }) },
      })
      if (count === 0)
        throw new EngineError("not_found", { publicMessage: "This invitation was used or revoked already.", facts: { invitation: id } })
    },

    change: (session, userId, role) =>
      inTurn(async () => {
        const user = await find(session, userId)
        if (user.role === role) return toMember(user)
        refuseForeignRole(role, user.tenantName)
        await refuseLast(user)
        // Whoever is no operator any more looks as nobody.
        const sessions = { updateMany: { where: {}, data: { lookAsTenant: null, lookAsWrite: false } } }
        const changed = await prisma.user.update({ where: { id: userId }, data: { role, sessions }, include: details })
        endOf(changed)
        return toMember(changed)
      }),

    remove: (session, userId) =>
      inTurn(async () => {
        const user = await find(session, userId)
        await refuseLast(user)
        await prisma.user.delete({ where: { id: userId } })
        endOf(user)
      }),

    async resetLink(session, userId) {
      const user = await find(session, userId)
      const secret = makeSecret()
      const expiresAt = now() + RESET_MS
      const data = {
        id: randomUUID(),
        tokenHash: hashSecret(secret),
        userId: user.id,
        createdAt: BigInt(now()),
        expiresAt: BigInt(expiresAt),
      }
      // Of one account, one link counts: the newest.
      await prisma.$transaction([prisma.passwordReset.deleteMany({ where: { userId: user.id } }), prisma.passwordReset.create({ data })])
      return { path: `/reset?token=${secret}`, expiresAt }
    },

    async unlock(session, userId) {
      const user = await find(session, userId)
      await prisma.user.updateMany({ where: { id: user.id }, data: { failedSignIns: 0, lockedUntil: null } })
    },

    ...createLinks(dependencies),
  }

  function endOf({ sessions }: Row): void {
    // After the answer, which may be one's own.
    setImmediate(() => onEnded(sessions.map(({ id }) => id)))
  }
}

function refuseForeignRole(role: Role, tenant: string | null): void {
  if (belongs(role, tenant)) return
  throw new EngineError("invalid_argument", {
    publicMessage:
      tenant === null
        ? "The provider's own people are operators or support. Choose one of the two, or name a tenant."
        : "People of a tenant are owners, members or viewers. Choose one of the three.",
    facts: { field: "role", role },
  })
}

/** A row whose role does not go with its tenant is nobody's: it is shown with the least. */
function roleOf({ role, tenantName }: { role: string; tenantName: string | null }): Role {
  if (belongs(role, tenantName)) return role
  return tenantName === null ? "support" : "viewer"
}
