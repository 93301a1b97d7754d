import type { DockerEndpoint } from "../docker/endpoint.js"
import { openDockerEngine } from "../docker/open-docker-engine.js"
import type { ContainerEngine } from "../engine.js"
import { imageArchives } from "./image-archives.js"
import { localKernelReaders } from "./local-kernel-readers.js"

export interface CreateDockerEngineOptions {
  endpoint: DockerEndpoint
  /** Where image archives are unpacked while they are translated; default: the system's temporary directory. */
  temporaryDirectory?: string
}

/**
 * A Docker Engine or Podman's Docker API as a container engine. Never rejects because of the daemon: one that is away is reported by
 * `info()`, and every other call rejects with `engine_unavailable` until it is back. For a daemon whose containers are processes of this
 * host, figures, processes, namespaces and cgroups are read from the kernel, as for the embedded engine.
 */
export function createDockerEngine(options: CreateDockerEngineOptions): ContainerEngine {
  return openDockerEngine({
    endpoint: options.endpoint,
    kernel: localKernelReaders(),
    archives: imageArchives(options.temporaryDirectory),
  })
}
