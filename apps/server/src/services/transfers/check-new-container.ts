import { type ContainerEngine, type ContainerSpec, EngineError, parseReference, validateContainerSpec } from "@plimsoll/runtime"
import { type FoundImage, findImageIfHere } from "./find-image.js"
import { requireFeature } from "./require-feature.js"

/**
 * All that can be said of a new container before its image is here, so that nobody waits for a pull in vain. Resolves with the image when no pull
 * is needed. Rejects with `invalid_argument`, `permission_denied`, `invalid_reference`, `name_in_use`, `unsupported`.
 */
export async function checkNewContainer(engine: ContainerEngine, spec: ContainerSpec): Promise<FoundImage | undefined> {
  validateContainerSpec(spec)
  const containers = await engine.containers.list()
  if (spec.name !== undefined && containers.some(({ name }) => name === spec.name))
    throw new EngineError("name_in_use", {
      facts: { name: spec.name },
      publicMessage: `Another container is named “${spec.name}”. Choose another name, or remove or rename that one.`,
    })
  const found = await findImageIfHere(engine.images, spec.image)
  if (found !== undefined) return found
  parseReference(spec.image)
  await requireFeature(engine, "image-pull")
  return undefined
}
