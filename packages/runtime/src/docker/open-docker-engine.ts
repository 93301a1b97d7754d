import type { ContainerEngine } from "../engine.js"
import { containerApi } from "./containers/container-api.js"
import { Daemon } from "./daemon.js"
import { DockerClient } from "./docker-client.js"
import type { DockerContext } from "./docker-context.js"
import type { DockerEndpoint } from "./endpoint.js"
import { engineInfo } from "./engine-info.js"
import { EventHub } from "./events/event-hub.js"
import type { ImageArchives, KernelReaders } from "./host-tools.js"
import { imageApi } from "./images/image-api.js"
import { ImageFacts } from "./images/image-facts.js"
import { networkApi } from "./networks/network-api.js"
import { tenantApi } from "./tenant-api.js"
import { TurnQueue, TurnQueues } from "./turn-queue.js"
import { volumeApi } from "./volumes/volume-api.js"

export interface OpenDockerEngineOptions {
  endpoint: DockerEndpoint
  archives: ImageArchives
  /** For an engine on this host. */
  kernel?: KernelReaders
  now?: () => number
}

/**
 * A Docker Engine, or Podman's Docker API, behind the engine's interface. Opening asks nothing: a daemon that is away is found out by
 * the first call, which rejects with `engine_unavailable`, and found again by the first call after it is back. It shows all containers,
 * whoever made them; tenants are labels (`plimsoll.tenant`).
 */
export function openDockerEngine(options: OpenDockerEngineOptions): ContainerEngine {
  const now = options.now ?? Date.now
  const client = new DockerClient(options.endpoint)
  const daemon = new Daemon(client, options.kernel, now)
  const events = new EventHub(client, daemon, now)
  const context: DockerContext = {
    client,
    daemon,
    events,
    now,
    archives: options.archives,
    images: new ImageFacts(client),
    ports: new TurnQueue(),
    pushes: new TurnQueues(),
    failedStarts: new Map(),
  }
  const containers = containerApi(context)
  return {
    kind: "docker",
    info: () => engineInfo(context),
    containers: containers.api,
    images: imageApi(context),
    networks: networkApi(context),
    volumes: volumeApi(context),
    tenants: tenantApi(context),
    events: (eventOptions) => events.read(eventOptions),
    close: async () => {
      events.close()
      containers.close()
      client.close()
      options.kernel?.forget(() => true)
    },
  }
}
