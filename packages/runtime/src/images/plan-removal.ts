import { EngineError } from "../errors.js"
import type { FoundImage } from "./find-image.js"
import type { ImageIndex, StoredImage } from "./image-index.js"
import type { ImageUsage } from "./image-store.js"

/** What `ImageApi.remove` takes away: one name, or all of them and the image. Throws `conflict`, `image_in_use`. */
export function planRemoval(
  { image, reference }: FoundImage,
  options: { index: ImageIndex; usage: ImageUsage; force: boolean },
): { untagged: string[]; deleted?: StoredImage } {
  const { index, usage, force } = options
  const names = index.referencesOf(image.id)
  if (reference !== undefined && names.length > 1) return { untagged: [reference] }
  if (reference === undefined && names.length > 1 && !force) {
    throw new EngineError("conflict", {
      facts: { id: image.id, references: names },
      publicMessage: `The image has ${names.length} names. Remove them one by one, or force it.`,
    })
  }
  const users = usage(image.id)
  if (users.length === 0) return { untagged: names, deleted: image }
  if (force && reference !== undefined) return { untagged: names }
  throw new EngineError("image_in_use", {
    facts: { id: image.id, containers: users },
    publicMessage: `${users.length === 1 ? "A container was" : `${users.length} containers were`} made from this image. Remove ${users.length === 1 ? "it" : "them"} first.`,
  })
}
