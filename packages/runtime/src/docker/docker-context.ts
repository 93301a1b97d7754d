import type { Daemon } from "./daemon.js"
import type { DockerClient } from "./docker-client.js"
import type { EventHub } from "./events/event-hub.js"
import type { ImageArchives } from "./host-tools.js"
import type { ImageFacts } from "./images/image-facts.js"
import type { TurnQueue, TurnQueues } from "./turn-queue.js"

export interface FailedStart {
  exitCode: number
  error: string
  at: number
}

/** What the parts of the driver share. */
export interface DockerContext {
  client: DockerClient
  daemon: Daemon
  archives: ImageArchives
  images: ImageFacts
  events: EventHub
  /** Choosing host ports and making the container that has them is one step. */
  ports: TurnQueue
  /** By the name that is pushed to: an image has it while it is sent. */
  pushes: TurnQueues
  /** Starts that failed, by container, where the daemon does not keep why (Podman). */
  failedStarts: Map<string, FailedStart>
  now(): number
}
