import type { ContainerStatsMessage, ContainersLiveMessage } from "../../contract/containers.js"
import type { Hosts } from "../hosts/hosts.js"
import type { ContainersLive } from "./containers-live.js"
import { LatestQueue } from "./latest-queue.js"
import { type Delta, mergeDeltas } from "./merge-deltas.js"
import type { Frame, Sample } from "./sampler.js"
import type { Samplers } from "./samplers.js"

export interface ContainersLiveDependencies {
  samplers: Samplers
  hosts: Pick<Hosts, "ofContainer" | "assertAny">
  now: () => number
}

export function createContainersLive({ samplers, hosts, now }: ContainersLiveDependencies): ContainersLive {
  /** Where the container is, with its full id. One that was just made may not be listed yet. */
  async function locate(id: string): Promise<{ host: string; id: string }> {
    const known = samplers.find(id)
    if (known.length === 1 && known[0] !== undefined) return known[0]
    const { host, engine } = await hosts.ofContainer(id)
    return { host, id: known.find((found) => found.host === host)?.id ?? (await engine.containers.inspect(id)).id }
  }

  return {
    rows: () => samplers.rows(),

    async *follow(signal): AsyncGenerator<ContainersLiveMessage, void, void> {
      hosts.assertAny()
      const queue = new LatestQueue<Delta>(mergeDeltas)
      const stop = samplers.onFrame((frame) => queue.push(toDelta(frame)))
      try {
        // Rows and listener are taken in one turn: nothing happens in between.
        yield { type: "snapshot", at: now(), containers: samplers.rows() }
        yield* queue.read(signal)
      } finally {
        stop()
      }
    },

    async *followOne(id, signal): AsyncGenerator<ContainerStatsMessage, void, void> {
      const { host, id: containerId } = await locate(id)
      const queue = new LatestQueue<ContainerStatsMessage>((_, next) => next)
      const stop = samplers.onFrame((frame) => {
        const sample = frame.samples?.get(containerId)
        if (sample !== undefined) queue.push(toStatsMessage(sample))
        if (frame.removed.includes(containerId)) queue.end()
      })
      try {
        const present = samplers.of(host)?.samples.get(containerId)
        if (present !== undefined) yield toStatsMessage(present)
        yield* queue.read(signal)
      } finally {
        stop()
      }
    },
  }
}

function toDelta(frame: Frame): Delta {
  const stats = [...(frame.samples ?? [])].map(([id, sample]) => ({ id, ...sample.rates }))
  return { type: "delta", at: frame.at, upserted: frame.upserted, removed: frame.removed, stats }
}

function toStatsMessage({ stats, rates }: Sample): ContainerStatsMessage {
  return { stats, rates }
}
