import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import { isAway } from "./connection-failure.js"
import type { ConnectionSettings } from "./connection-settings.js"

/** Of our own choosing; the same in every version. */
const CONSOLE_LOCK = 1_347_177_555
const RETRY_MS = 500
/** A console that was just killed lets go in a moment; one that runs does not. */
const IN_USE_MS = 3000

/**
 * Keeps a second console, or the command that moves the data, away from the database: an advisory lock of a connection that stays open, which PostgreSQL
 * drops with the process. When that connection is lost it is taken again; until then nothing else may use the database, since it may be another's by now.
 */
export class ConsoleLock {
  #client: pg.Client | undefined
  #lost: Promise<void> | undefined
  #takenByOther = false
  #closed = false

  private constructor(
    private readonly settings: ConnectionSettings,
    /** How long `held` waits for a server that went away. */
    private readonly patienceMs: number,
  ) {}

  /** Rejects with what the connection fails with, or because another has it. */
  static async take(settings: ConnectionSettings, { patienceMs }: { patienceMs: number }): Promise<ConsoleLock> {
    const lock = new ConsoleLock(settings, patienceMs)
    await lock.#connect()
    return lock
  }

  /** For what must be done by whoever has the lock, before others come. */
  get client(): pg.Client {
    if (this.#client === undefined) throw new Error("the connection was lost")
    return this.#client
  }

  /** Resolves when this process has the lock; rejects when it does not have it again in a few seconds. */
  async held(): Promise<void> {
    if (this.#lost === undefined) return
    if (this.#takenByOther) throw inUse(this.settings)
    const waiting = new AbortController()
    const inTime = await Promise.race([
      this.#lost.then(() => true),
      sleep(this.patienceMs, false, { signal: waiting.signal }).catch(() => false),
    ])
    waiting.abort()
    if (this.#takenByOther) throw inUse(this.settings)
    if (!inTime)
      throw new Error(
        `The database ${this.settings.place} is away. It is tried again and again; nothing else has to be done once it is back.`,
      )
  }

  async release(): Promise<void> {
    this.#closed = true
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.settings.pool)
    client.on("error", () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [CONSOLE_LOCK])
      if (rows[0]?.taken !== true) throw inUse(this.settings)
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    client.once("end", () => this.#onLost())
    this.#client = client
  }

  #onLost(): void {
    if (this.#closed) return
    this.#client = undefined
    this.#lost = this.#takeAgain().then(() => {
      if (!this.#closed) this.#lost = undefined
    })
  }

  async #takeAgain(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#connect()
        this.#takenByOther = false
        return
      } catch (error) {
        this.#takenByOther = error instanceof InUse
        // Unreferenced: it must not keep a process that wants to end.
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }
}

export class InUse extends Error {}

function inUse({ place }: ConnectionSettings): InUse {
  return new InUse(
    `The database ${place} is in use by another console, or by a command that moves its data. Stop that first, or name another database in DATABASE_URL.`,
  )
}

/** Tries until the server answers or the time is over: it may start at the same time as we do, and a console that was just killed may hold the lock for a moment. */
export async function untilThere<T>(run: () => Promise<T>, { waitMs }: { waitMs: number }): Promise<T> {
  const startedAt = Date.now()
  for (;;) {
    try {
      return await run()
    } catch (error) {
      const patienceMs = error instanceof InUse ? Math.min(IN_USE_MS, waitMs) : isAway(error) ? waitMs : 0
      if (Date.now() + RETRY_MS > startedAt + patienceMs) throw error
      await sleep(RETRY_MS)
    }
  }
}
