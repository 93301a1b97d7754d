import { readFileSync } from "node:fs"

export interface LinkCounters {
  receivedBytes: number
  transmittedBytes: number
  receivedPackets: number
  transmittedPackets: number
  receivedDropped: number
  transmittedDropped: number
}

/**
 * Counters of all links of this namespace by name, from one read of /proc/net/dev: hundreds of containers cost one
 * system call, not six files each. What was read less than `maximumAgeMs` ago is used again.
 */
export class LinkCounterReader {
  readonly #read: () => string
  readonly #now: () => number
  readonly #maximumAgeMs: number
  #readAt = Number.NEGATIVE_INFINITY
  #table = new Map<string, LinkCounters>()

  constructor(options: { read?: () => string; now?: () => number; maximumAgeMs?: number } = {}) {
    this.#read = options.read ?? (() => readFileSync("/proc/net/dev", "utf8"))
    this.#now = options.now ?? (() => performance.now())
    this.#maximumAgeMs = options.maximumAgeMs ?? 100
  }

  /** The link's own counters; undefined when there is none. */
  counters(link: string): LinkCounters | undefined {
    const now = this.#now()
    const age = now - this.#readAt
    if (age > this.#maximumAgeMs || (age > 0 && !this.#table.has(link))) {
      this.#table = parseLinkCounters(this.#read())
      this.#readAt = now
    }
    return this.#table.get(link)
  }
}

/** Parses /proc/net/dev (proc_pid_net(5)). */
export function parseLinkCounters(text: string): Map<string, LinkCounters> {
  const table = new Map<string, LinkCounters>()
  for (const [, name, ...fields] of text.matchAll(LINE)) {
    table.set(name ?? "", {
      receivedBytes: Number(fields[0]),
      receivedPackets: Number(fields[1]),
      receivedDropped: Number(fields[2]),
      transmittedBytes: Number(fields[3]),
      transmittedPackets: Number(fields[4]),
      transmittedDropped: Number(fields[5]),
    })
  }
  return table
}

// name: bytes packets errs drop fifo frame compressed multicast, then the same of what was sent.
const LINE = /^ *([^\s:]+): *(\d+) +(\d+) +\d+ +(\d+) +\d+ +\d+ +\d+ +\d+ +(\d+) +(\d+) +\d+ +(\d+)/gm

/** Of two links together. */
export function addCounters(one: LinkCounters, other: LinkCounters): LinkCounters {
  return {
    receivedBytes: one.receivedBytes + other.receivedBytes,
    transmittedBytes: one.transmittedBytes + other.transmittedBytes,
    receivedPackets: one.receivedPackets + other.receivedPackets,
    transmittedPackets: one.transmittedPackets + other.transmittedPackets,
    receivedDropped: one.receivedDropped + other.receivedDropped,
    transmittedDropped: one.transmittedDropped + other.transmittedDropped,
  }
}

/** What the other end of a veth pair counts: it receives what this end transmits. */
export function seenFromOtherEnd(counters: LinkCounters): LinkCounters {
  return {
    receivedBytes: counters.transmittedBytes,
    transmittedBytes: counters.receivedBytes,
    receivedPackets: counters.transmittedPackets,
    transmittedPackets: counters.receivedPackets,
    receivedDropped: counters.transmittedDropped,
    transmittedDropped: counters.receivedDropped,
  }
}
