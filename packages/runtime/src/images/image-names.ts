import { EngineError } from "../errors.js"
import type { Digest } from "../spec/digest.js"
import { familiarReference, formatReference, type ImageReference, parseReference, repositoryOf } from "../spec/reference.js"
import type { FoundImage } from "./find-image.js"
import type { ImageIndex, StoredImage } from "./image-index.js"
import type { PlannedImage } from "./planned-image.js"

/** A name that a person can give an image: with a digest it would claim what only content decides. Throws `invalid_reference`. */
export function newReference(text: string): string {
  const reference = parseReference(text)
  if (reference.digest === undefined) return formatReference(reference)
  throw new EngineError("invalid_reference", {
    facts: { reference: text.slice(0, 200) },
    publicMessage: `An image cannot be named by a digest: use a tag, for example ${familiarReference({ domain: reference.domain, path: reference.path, tag: "latest" })}.`,
  })
}

/** The name under which a pull keeps an image. One that was asked for by digest is found by it: the tag beside it said nothing. */
export function pulledName(reference: ImageReference): string {
  return reference.digest === undefined ? formatReference(reference) : pinnedName(reference)
}

/** `docker.io/library/alpine@sha256:…` */
export function pinnedName(reference: ImageReference): string {
  return `${repositoryOf(reference)}@${reference.digest}`
}

/** True for a name by digest, which other tools do not take as a name. */
export function isPinned(reference: string): boolean {
  return reference.includes("@")
}

/** Where to push an image: to `to`, else to the name by which it was found. Throws `invalid_argument` when there is neither, `invalid_reference`. */
export function pushTarget({ reference }: FoundImage, to: string | undefined): ImageReference {
  const name = to ?? reference
  if (name === undefined)
    throw new EngineError("invalid_argument", {
      publicMessage: "Say where to push the image, for example registry.example.com/team/app:1.2: it was named by its id.",
    })
  return parseReference(newReference(name))
}

/** Another repository of the target's registry in which an image with this blob has a name. */
export function repositoryWith(index: ImageIndex, digest: Digest, target: ImageReference): string | undefined {
  const having = index.all().filter((image) => image.id === digest || image.layers.some((layer) => layer.digest === digest))
  return having
    .flatMap(({ id }) => index.referencesOf(id).map(parseReference))
    .find(({ domain, path }) => domain === target.domain && path !== target.path)?.path
}

/** Names that images found by name shall have in an archive; those found otherwise have all of theirs. */
export function namesToSave(index: ImageIndex, found: readonly FoundImage[]): { image: StoredImage; references: string[] }[] {
  const names = new Map<StoredImage, Set<string>>()
  for (const { image, reference } of found) {
    const wanted = reference === undefined ? index.referencesOf(image.id) : [reference]
    names.set(image, new Set([...(names.get(image) ?? []), ...wanted.filter((name) => !isPinned(name))]))
  }
  return [...names].map(([image, references]) => ({ image, references: [...references].sort() }))
}

export function withNames(planned: readonly PlannedImage[], names: ReadonlyMap<string, readonly string[]>): PlannedImage[] {
  return planned.map((image) => ({ ...image, references: [...new Set([...image.references, ...(names.get(image.id) ?? [])])] }))
}
