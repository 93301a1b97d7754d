import type { ContainerRow, ContainerStatsMessage, ContainersLiveMessage } from "../../contract/containers.js"

/** The present state of all hosts' containers, sampled once a second for all readers together. */
export interface ContainersLive {
  /** As last listed; those of a host that is away, as they were. */
  rows(): ContainerRow[]
  /** A snapshot, then deltas. A slow reader gets several seconds merged into one. */
  follow(signal: AbortSignal): AsyncIterable<ContainersLiveMessage>
  /** The samples of one container. Rejects with `not_found`; ends when it is removed. */
  followOne(id: string, signal: AbortSignal): AsyncIterable<ContainerStatsMessage>
}
