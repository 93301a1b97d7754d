import type { PrismaClient } from "../../db/open-database.js"

/** Removes sign-ins, challenges and one-time links that are over. API tokens stay: their owners see that they have expired. */
export async function removeExpired(prisma: PrismaClient, now: number): Promise<void> {
  const date = { expiresAt: { lt: new Date(now) } }
  const epochMs = { expiresAt: { lt: BigInt(now) } }
  await prisma.session.deleteMany({ where: date })
  await prisma.verification.deleteMany({ where: date })
  await prisma.invitation.deleteMany({ where: epochMs })
  await prisma.passwordReset.deleteMany({ where: epochMs })
}
