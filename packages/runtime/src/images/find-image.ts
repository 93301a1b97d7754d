import { EngineError } from "../errors.js"
import { isDigest } from "../spec/digest.js"
import { familiarReference, formatReference, type ImageReference, parseReference, repositoryOf } from "../spec/reference.js"
import type { ImageIndex, StoredImage } from "./image-index.js"
import { pinnedName } from "./image-names.js"

/** An image, and the normalised name by which it was found; undefined when by its id. */
export interface FoundImage {
  image: StoredImage
  reference?: string
}

/**
 * By name (`alpine:3`, `name@sha256:…`), by id, or by a unique prefix of it (≥ 4 hexadecimal digits); a name wins over a prefix.
 * Undefined: not here. Throws `invalid_reference`, or `conflict` for a prefix that fits several.
 */
export function findImage(index: ImageIndex, text: string): FoundImage | undefined {
  if (isDigest(text)) return byId(index, text)
  const prefix = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(text)?.[1]
  const named = text.startsWith("sha256:") || prefix?.length === 64 ? undefined : byName(index, parseReference(text))
  return named ?? (prefix === undefined ? undefined : byPrefix(index, prefix))
}

/** As `findImage`. Throws `image_not_found` when there is none. */
export function requireImage(index: ImageIndex, text: string): FoundImage {
  const found = findImage(index, text)
  if (found !== undefined) return found
  throw new EngineError("image_not_found", {
    facts: { reference: text.slice(0, 200) },
    publicMessage: `There is no image ${isDigest(text) ? text : shown(text)} here. Load or import it first, or choose one that the list of images shows.`,
  })
}

function byId(index: ImageIndex, id: string): FoundImage | undefined {
  const image = isDigest(id) ? (index.get(id) ?? index.all().find((candidate) => candidate.digest === id)) : undefined
  return image === undefined ? undefined : { image }
}

function byName(index: ImageIndex, reference: ImageReference): FoundImage | undefined {
  if (reference.digest !== undefined) return byPinnedName(index, reference)
  const name = formatReference(reference)
  const image = index.byReference(name)
  return image === undefined ? undefined : { image, reference: name }
}

// `name@digest`: what was pulled as that (the digest may be an index's), or the image of this manifest, if it has a name in this repository.
function byPinnedName(index: ImageIndex, reference: ImageReference): FoundImage | undefined {
  const pinned = index.byReference(pinnedName(reference))
  if (pinned !== undefined) return { image: pinned, reference: pinnedName(reference) }
  const image = index.all().find((candidate) => candidate.digest === reference.digest)
  const name =
    image && index.referencesOf(image.id).find((candidate) => repositoryOf(parseReference(candidate)) === repositoryOf(reference))
  return image === undefined || name === undefined ? undefined : { image, reference: name }
}

function byPrefix(index: ImageIndex, prefix: string): FoundImage | undefined {
  const fitting = index.all().filter((image) => image.id.startsWith(`sha256:${prefix}`))
  if (fitting.length > 1)
    throw new EngineError("conflict", {
      facts: { prefix, count: fitting.length },
      publicMessage: `${fitting.length} images have an id that begins with ${prefix}. Give more digits.`,
    })
  return fitting[0] === undefined ? undefined : { image: fitting[0] }
}

function shown(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? text : familiarReference(parseReference(text))
}
