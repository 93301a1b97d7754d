import type { ContainerStats } from "@plimsoll/runtime"

/** CPU time is compared with what `idleCores` would take in so long, so that a short burst is not a busy second. */
export const CPU_WINDOW_MS = 30_000
/** Between two samples: an ARP question and its answer, or a keep-alive and its acknowledgement, wake nobody's interest. */
export const NOISE_BYTES = 160
export const NOISE_PACKETS = 2

interface Clock {
  quietSince: number
  windowAt: number
  windowUsageMicros: number
  traffic: { bytes: number; packets: number } | undefined
}

/**
 * For how long each container has done nothing: no CPU above the floor, no traffic, no exec. Times are the monotonic clock's. A container is
 * quiet since it was first seen at most; one whose traffic can no longer be read is not quiet.
 */
export class IdleClocks {
  readonly #clocks = new Map<string, Clock>()

  /** One sample. `isInUse`: somebody has an exec in it. */
  see(
    { containerId, cpu, network }: ContainerStats,
    { at, idleCores, isInUse }: { at: number; idleCores: number; isInUse: boolean },
  ): void {
    const traffic = network && {
      bytes: network.receivedBytes + network.transmittedBytes,
      packets: network.receivedPackets + network.transmittedPackets,
    }
    const clock = this.#clocks.get(containerId)
    const fresh: Clock = { quietSince: at, windowAt: at, windowUsageMicros: cpu.usageMicros, traffic }
    if (clock === undefined || cpu.usageMicros < clock.windowUsageMicros) {
      this.#clocks.set(containerId, fresh)
      return
    }
    const budgetMicros = idleCores * CPU_WINDOW_MS * 1000
    if (isInUse || isTraffic(clock.traffic, traffic) || cpu.usageMicros - clock.windowUsageMicros > budgetMicros) {
      this.#clocks.set(containerId, fresh)
      return
    }
    clock.traffic = traffic
    if (at - clock.windowAt < CPU_WINDOW_MS) return
    clock.windowAt = at
    clock.windowUsageMicros = cpu.usageMicros
  }

  /** Something happened to it that no counter shows. */
  stir(containerId: string, at: number): void {
    const clock = this.#clocks.get(containerId)
    if (clock !== undefined) clock.quietSince = at
  }

  quietForMs(containerId: string, at: number): number {
    return at - (this.#clocks.get(containerId)?.quietSince ?? at)
  }

  /** Forgets those that are not there any more. */
  keep(ids: ReadonlyMap<string, unknown>): void {
    for (const id of this.#clocks.keys()) if (!ids.has(id)) this.#clocks.delete(id)
  }
}

/** Counters that began anew are a run that began anew. */
function isTraffic(before: Clock["traffic"], after: Clock["traffic"]): boolean {
  if (before === undefined && after === undefined) return false
  if (before === undefined || after === undefined || after.bytes < before.bytes) return true
  return after.bytes - before.bytes > NOISE_BYTES || after.packets - before.packets > NOISE_PACKETS
}
