import type { StoredCounter } from "./meter-store.js"

/** A container that runs, as it was last sampled. */
export interface MeterReading {
  host: string
  /** Of the container. */
  id: string
  tenant: string
  /** Of its run, by its host's clock. */
  startedAt: number
  /** Tells one sample from the next. */
  sampledAt: number
  memoryUsedBytes: number
  /** Counters of the run. */
  cpuMicros: number
  /** `undefined`: it has no link of its own, or it could not be read. */
  traffic: Traffic | undefined
}

export interface Traffic {
  receivedBytes: number
  transmittedBytes: number
}

export interface Growth extends Traffic {
  cpuMicros: number
}

interface Entry {
  tenant: string
  startedAt: number
  sampledAt: number | undefined
  /** `undefined`: from before this server began; what it came to meanwhile is nobody's time. */
  cpuMicros: number | undefined
  traffic: Traffic | undefined
  seenAt: number
  writtenAt: number | undefined
}

/** A run that began so shortly before its host was last looked at may have been missed by that look. */
const SLACK_MS = 5000
/** That a container is still there is written so often when nothing else is to be written. */
const SEEN_RESOLUTION_MS = 3_600_000

/**
 * By how much the counters of each container's run grew since they were last looked at. Traffic goes on from what the database has, so that what passed
 * while the server was down is counted when it is back; CPU time of then is not. The counters of a new run began at 0. What was running already on a host
 * that was not known is counted from now on.
 */
export class RunCounters {
  readonly #entries = new Map<string, Entry>()
  readonly #changed = new Set<string>()
  /** When each host was last looked at, also before this server began. */
  readonly #known = new Map<string, number>()
  /** The same, since it began. */
  readonly #seen = new Map<string, number>()

  constructor(stored: readonly StoredCounter[]) {
    for (const { id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt } of stored) {
      const traffic = { receivedBytes, transmittedBytes }
      this.#entries.set(id, { tenant, startedAt, sampledAt: undefined, cpuMicros: undefined, traffic, seenAt, writtenAt: seenAt })
      const host = id.slice(0, id.lastIndexOf(":"))
      this.#known.set(host, Math.max(seenAt, this.#known.get(host) ?? seenAt))
    }
  }

  /** `at`: wall clock. */
  growth(reading: MeterReading, at: number): Growth {
    const { host, tenant, startedAt, sampledAt } = reading
    const key = keyOf(reading)
    const entry = this.#entries.get(key)
    const sameRun = entry?.startedAt === startedAt
    if (sameRun && entry.sampledAt === sampledAt) {
      entry.seenAt = at
      return { cpuMicros: 0, receivedBytes: 0, transmittedBytes: 0 }
    }
    const cpuFrom = sameRun ? entry.cpuMicros : beganSince(startedAt, this.#seen.get(host)) ? 0 : undefined
    const zero = { receivedBytes: 0, transmittedBytes: 0 }
    const trafficFrom = sameRun ? entry.traffic : entry !== undefined || beganSince(startedAt, this.#known.get(host)) ? zero : undefined
    const traffic = reading.traffic ?? trafficFrom
    const growth = {
      cpuMicros: grown(cpuFrom, reading.cpuMicros),
      receivedBytes: grown(trafficFrom?.receivedBytes, traffic?.receivedBytes),
      transmittedBytes: grown(trafficFrom?.transmittedBytes, traffic?.transmittedBytes),
    }
    this.#entries.set(key, {
      ...{ tenant, startedAt, sampledAt, traffic, seenAt: at },
      cpuMicros: reading.cpuMicros,
      writtenAt: entry?.writtenAt,
    })
    const moved = traffic !== undefined && (!sameRun || !sameTraffic(entry.traffic, traffic))
    if (moved) this.#changed.add(key)
    return growth
  }

  /** These hosts were looked at. After their readings. */
  sawHosts(hosts: readonly string[], at: number): void {
    for (const host of hosts) {
      this.#known.set(host, at)
      this.#seen.set(host, at)
    }
  }

  /** The counters that the database does not have as they are. */
  take(at: number): StoredCounter[] {
    const rows: StoredCounter[] = []
    for (const [id, entry] of this.#entries) {
      const { tenant, startedAt, traffic, seenAt } = entry
      const stale = entry.writtenAt === undefined || seenAt - entry.writtenAt > SEEN_RESOLUTION_MS
      if (traffic === undefined || !(this.#changed.has(id) || stale)) continue
      rows.push({ id, tenant, startedAt, ...traffic, seenAt })
      entry.writtenAt = at
    }
    this.#changed.clear()
    return rows
  }

  /** Takes back what could not be written. */
  putBack(counters: readonly StoredCounter[]): void {
    for (const { id } of counters) this.#changed.add(id)
  }

  forget(before: number): void {
    for (const [key, { seenAt }] of this.#entries) if (seenAt < before) this.#entries.delete(key)
  }
}

function keyOf({ host, id }: MeterReading): string {
  return `${host}:${id}`
}

function beganSince(startedAt: number, lookedAt: number | undefined): boolean {
  return lookedAt !== undefined && startedAt >= lookedAt - SLACK_MS
}

/** A counter that went back lost a link, or is another: what it grew by is not known. */
function grown(from: number | undefined, to: number | undefined): number {
  return from === undefined || to === undefined ? 0 : Math.max(0, to - from)
}

function sameTraffic(left: Traffic | undefined, right: Traffic): boolean {
  return left?.receivedBytes === right.receivedBytes && left.transmittedBytes === right.transmittedBytes
}
