import { type ImageApi, type ImageSummary, isEngineError, normaliseReference } from "@plimsoll/runtime"

/** An image of the store and, when it was asked for by one of its names, that name. */
export interface FoundImage {
  image: ImageSummary
  name: string | undefined
}

/** By reference or id. Rejects with `image_not_found`. */
export async function findImage(images: Pick<ImageApi, "inspect">, reference: string): Promise<FoundImage> {
  const image = await images.inspect(reference)
  const name = isId(reference) ? undefined : normaliseReference(reference)
  return { image, name: image.references.find((other) => other === name) }
}

/** As `findImage`; undefined: it is not here. */
export async function findImageIfHere(images: Pick<ImageApi, "inspect">, reference: string): Promise<FoundImage | undefined> {
  try {
    return await findImage(images, reference)
  } catch (error) {
    if (isEngineError(error, "image_not_found")) return undefined
    throw error
  }
}

// Shorter ones look like names, and may be some.
function isId(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(text)
}
