import { EngineError } from "@plimsoll/runtime"
import type { PrismaClient } from "../../db/open-database.js"
import { Turns } from "../transfers/turns.js"
import { normaliseUsername } from "./new-account.js"

/** Wrong secrets in a row before the account waits. */
export const LOCKOUT_TRIES = 5
const FIRST_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 60 * 60_000
/** Names without an account of which wrong passwords are remembered. */
const UNKNOWN_NAMES = 10_000

/** `undecided`: the secret was right, but not all that is asked for, or it was not looked at. */
export type Verdict = "right" | "wrong" | "undecided"

/** Lets nobody guess an account's secrets, from however many addresses. */
export interface Lockout {
  /**
   * Looks at a secret of the account with this user name, one at a time for each account. Rejects with `permission_denied` and the fact `waitSeconds`,
   * without looking, while the account waits: after five wrong ones in a row a minute, then twice as long with each further one, an hour at most. A
   * right one begins anew. A name without an account waits just the same.
   */
  attempt<T>(username: string, look: () => Promise<{ verdict: Verdict; value: T }>): Promise<T>
}

interface Failures {
  failedSignIns: number
  /** Epoch milliseconds. */
  lockedUntil: number | null
}
const NONE: Failures = { failedSignIns: 0, lockedUntil: null }

export function createLockout({ prisma, now }: { prisma: PrismaClient; now: () => number }): Lockout {
  const turns = new Turns(1)
  const unknown = new Map<string, Failures>()

  async function read(username: string): Promise<Failures & { isKnown: boolean }> {
    const row = await prisma.user.findUnique({ where: { username }, select: { failedSignIns: true, lockedUntil: true } })
    if (row === null) return { ...(unknown.get(username) ?? NONE), isKnown: false }
    return { failedSignIns: row.failedSignIns, lockedUntil: row.lockedUntil === null ? null : Number(row.lockedUntil), isKnown: true }
  }

  async function write(username: string, { failedSignIns, lockedUntil }: Failures): Promise<void> {
    // Also for a name without an account, so that both take as long.
    const { count } = await prisma.user.updateMany({
      where: { username },
      data: { failedSignIns, lockedUntil: lockedUntil === null ? null : BigInt(lockedUntil) },
    })
    if (count > 0) return
    unknown.delete(username)
    unknown.set(username, { failedSignIns, lockedUntil })
    for (const oldest of unknown.keys()) {
      if (unknown.size <= UNKNOWN_NAMES) break
      unknown.delete(oldest)
    }
  }

  return {
    async attempt(name, look) {
      const username = normaliseUsername(name)
      const endTurn = await turns.take(username, new AbortController().signal)
      try {
        const failures = await read(username)
        const waitMs = waitOf(failures, now())
        if (waitMs > 0) {
          // A clock that was set back must not make it wait for longer than it would have.
          if (failures.lockedUntil !== now() + waitMs) await write(username, { ...failures, lockedUntil: now() + waitMs })
          throw locked(waitMs)
        }
        const { verdict, value } = await look()
        if (verdict === "wrong") await write(username, oneMore(failures, now()))
        if (verdict === "right" && failures.failedSignIns > 0) await write(username, NONE)
        return value
      } finally {
        endTurn()
      }
    },
  }
}

function waitOf({ lockedUntil }: Failures, now: number): number {
  return lockedUntil === null ? 0 : Math.max(0, Math.min(lockedUntil - now, LONGEST_WAIT_MS))
}

function oneMore({ failedSignIns }: Failures, now: number): Failures {
  const failures = failedSignIns + 1
  if (failures < LOCKOUT_TRIES) return { failedSignIns: failures, lockedUntil: null }
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (failures - LOCKOUT_TRIES), LONGEST_WAIT_MS)
  return { failedSignIns: failures, lockedUntil: now + waitMs }
}

function locked(waitMs: number): EngineError {
  const waitSeconds = Math.ceil(waitMs / 1000)
  const wait = waitSeconds > 90 ? `${Math.ceil(waitSeconds / 60)} minutes` : `${waitSeconds} seconds`
  return new EngineError("permission_denied", {
    publicMessage: `Too many wrong tries for this name. Wait ${wait}, then try again.`,
    facts: { waitSeconds },
  })
}
