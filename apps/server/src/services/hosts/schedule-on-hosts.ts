import { every } from "../every.js"
import type { Hosts } from "./hosts.js"

const HOUR_MS = 3_600_000

export interface HostSchedule {
  hosts: Pick<Hosts, "connected">
  /** 0: never. */
  intervalMs: number
  onError: (error: unknown, host?: string) => void
}

/**
 * Does something on every connected host, one after the other, now and then. The first time is an hour after the start, so that a server that is restarted daily
 * does it too. A host that fails is told and holds up no other. Returns what stops it.
 */
export function scheduleOnHosts(
  { hosts, intervalMs, onError }: HostSchedule,
  work: (connected: ReturnType<Hosts["connected"]>[number]) => Promise<void>,
): () => void {
  if (intervalMs === 0) return () => undefined

  async function round(): Promise<void> {
    for (const host of hosts.connected()) {
      try {
        await work(host)
      } catch (error) {
        onError(error, host.id)
      }
    }
  }

  let stop = () => clearTimeout(first)
  const first = setTimeout(
    () => {
      stop = every(intervalMs, round, onError)
      round().catch(onError)
    },
    Math.min(HOUR_MS, intervalMs),
  ).unref()
  return () => stop()
}
