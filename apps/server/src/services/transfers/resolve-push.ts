import { EngineError, type ImageApi, normaliseReference, parseReference } from "@plimsoll/runtime"
import { findImage } from "./find-image.js"

/**
 * Where a push goes: to `to`, else to the name by which the image was asked for. Rejects with `image_not_found`, `invalid_reference`, and
 * `invalid_argument` for an image that is asked for by its id without `to`.
 */
export async function resolvePush(
  images: Pick<ImageApi, "inspect">,
  { reference, to }: { reference: string; to: string | undefined },
): Promise<string> {
  const target = to ?? (await findImage(images, reference)).name
  if (target === undefined)
    throw new EngineError("invalid_argument", {
      facts: { reference },
      publicMessage: "Say where to push the image, for example registry.example.com/team/app:1.2: it was named by its id.",
    })
  if (parseReference(target).digest !== undefined)
    throw new EngineError("invalid_reference", {
      facts: { reference: target },
      publicMessage: "An image cannot be pushed to a digest, which only its content decides. Say a tag to push it to.",
    })
  if (to !== undefined) await images.inspect(reference)
  return normaliseReference(target)
}
