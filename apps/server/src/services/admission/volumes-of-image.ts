import { type ContainerEngine, isEngineError } from "@plimsoll/runtime"

/** Where in a container the image wants volumes: its `VOLUME`s. */
export type VolumesOfImage = (engine: ContainerEngine, image: string) => Promise<readonly string[]>

/** Rejects with `image_not_found`. */
export const volumesOfImage: VolumesOfImage = async (engine, image) => (await engine.images.inspect(image)).config.volumes

/** As `volumesOfImage`; of an image that is still to be pulled nothing is known, so that none of its own are counted. */
export const volumesOfImageIfHere: VolumesOfImage = async (engine, image) => {
  try {
    return await volumesOfImage(engine, image)
  } catch (error) {
    if (isEngineError(error, "image_not_found")) return []
    throw error
  }
}
