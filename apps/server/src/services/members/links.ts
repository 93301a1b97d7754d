import { EngineError } from "@plimsoll/runtime"
import type { PrismaClient } from "../../db/open-database.js"
import { hashSecret } from "../secrets/one-way-secret.js"
import { newAccount, normaliseUsername } from "../session/new-account.js"
import { refuseWeakPassword } from "../session/password-strength.js"
import { belongs } from "../session/standing-of.js"
import type { Members } from "./members.js"

export interface LinksDependencies {
  prisma: PrismaClient
  now: () => number
  hashPassword: (password: string) => Promise<string>
  onEnded: (sessionIds: string[]) => void
  onPasswordChanged: (username: string) => Promise<void>
}

/** What whoever has a one-time link may do with it, signed in or not. Of all that use one link at once, one has it. */
export function createLinks({
  prisma,
  now,
  hashPassword,
  onEnded,
  onPasswordChanged,
}: LinksDependencies): Pick<Members, "offer" | "accept" | "reset"> {
  const unused = (token: string) => ({ tokenHash: hashSecret(token), expiresAt: { gt: BigInt(now()) } })

  async function findInvitation(token: string) {
    const invitation = await prisma.invitation.findFirst({ where: unused(token), include: { tenant: true } })
    if (invitation === null) return undefined
    const { role, tenantName } = invitation
    return belongs(role, tenantName) ? { ...invitation, role } : undefined
  }

  return {
    async offer(token) {
      const invitation = await findInvitation(token)
      if (invitation === undefined) return undefined
      const { tenantName, tenant, role, expiresAt } = invitation
      return { tenant: tenantName, tenantTitle: tenant === null ? null : tenant.title || tenant.name, role, expiresAt: Number(expiresAt) }
    },

    async accept(token, { username, name, password }) {
      const invitation = await findInvitation(token)
      if (invitation === undefined) throw usedUp("invitation")
      const { role, tenantName } = invitation
      await refuseWeakPassword(password, { names: [username, name, tenantName ?? ""], field: "password" })
      const account = newAccount({ username, name, role, tenant: tenantName, passwordHash: await hashPassword(password) })
      const make = prisma.$transaction(async (transaction) => {
        const { count } = await transaction.invitation.deleteMany({ where: unused(token) })
        if (count === 0) throw usedUp("invitation")
        await transaction.user.create({ data: account })
      })
      await make.catch(async (error: unknown) => {
        if (error instanceof EngineError) throw error
        if ((await prisma.user.count({ where: { username: normaliseUsername(username) } })) === 0) throw error
        throw new EngineError("name_in_use", {
          publicMessage: "This user name is taken. Choose another one.",
          facts: { field: "username" },
          cause: error,
        })
      })
      return { userId: account.id, username: account.username }
    },

    async reset(token, password) {
      const link = await prisma.passwordReset.findFirst({ where: unused(token), include: { user: true } })
      if (link === null) throw usedUp("link")
      const { user } = link
      await refuseWeakPassword(password, { names: [user.username ?? "", user.name, user.tenantName ?? ""], field: "password" })
      const passwordHash = await hashPassword(password)
      const ended = await prisma.$transaction(async (transaction) => {
        const { count } = await transaction.passwordReset.deleteMany({ where: unused(token) })
        if (count === 0) throw usedUp("link")
        await transaction.account.updateMany({ where: { userId: user.id, providerId: "credential" }, data: { password: passwordHash } })
        await transaction.user.updateMany({ where: { id: user.id }, data: { failedSignIns: 0, lockedUntil: null } })
        const sessions = await transaction.session.findMany({ where: { userId: user.id }, select: { id: true } })
        await transaction.session.deleteMany({ where: { userId: user.id } })
        return sessions.map(({ id }) => id)
      })
      onEnded(ended)
      const username = user.username ?? ""
      await onPasswordChanged(username)
      return { username }
    },
  }
}

function usedUp(what: "invitation" | "link"): EngineError {
  return new EngineError("not_found", {
    publicMessage: `This ${what} was used, has expired or was revoked. Ask whoever sent it for a new one.`,
  })
}
