import type { ContainerApi } from "../../engine.js"
import { parseReference, repositoryOf } from "../../spec/reference.js"
import type { DockerContext } from "../docker-context.js"
import { dockerfileLines, toWireConfig } from "../images/image-config.js"
import { portsLabel, tenantLabel, visibleLabels } from "../labels.js"
import { findContainer } from "./find-container.js"

/** See `ContainerApi.commit`. Resolves with the image's id. As Docker has it, the image's configuration is the container's. */
export async function commitContainer(
  context: DockerContext,
  reference: string,
  options: NonNullable<Parameters<ContainerApi["commit"]>[1]> = {},
): Promise<string> {
  const name = options.reference === undefined ? undefined : parseReference(options.reference)
  const { flavour } = await context.daemon.facts()
  const wire = await findContainer(context, reference)
  // A container's labels go into its image, and from there into other containers: whose it is must not be inherited.
  const notInherited = Object.fromEntries(
    [tenantLabel, portsLabel].filter((label) => wire.Config?.Labels?.[label] !== undefined).map((label) => [label, ""]),
  )
  const { Id } = await context.client.json<{ Id: string }>({
    method: "POST",
    path: "/commit",
    query: {
      container: wire.Id,
      repo: name === undefined ? undefined : repositoryOf(name),
      tag: name?.tag,
      author: options.author,
      comment: options.comment,
      pause: options.pause ?? true,
      // Podman leaves the body unread.
      changes: flavour === "podman" ? dockerfileLines(options.config ?? {}) : undefined,
    },
    body: {
      ...toWireConfig(options.config ?? {}),
      Labels: { ...visibleLabels(wire.Config?.Labels), ...visibleLabels(options.config?.labels), ...notInherited },
    },
    about: { kind: "container", name: reference, doing: "make an image of it" },
  })
  return Id.startsWith("sha256:") ? Id : `sha256:${Id}`
}
