import type { ImageSummary } from "@plimsoll/server/contract"
import { readReference } from "@/lib/read-reference"

/** Whether a container of the image can be made at once. `absent`: it has to be pulled; `unknown`: nobody can tell (yet). */
export type ImagePresence = "here" | "absent" | "unknown"

/** Looks for what was typed (a reference, an id, or the beginning of one) among the host's images; `undefined`: they are being read. */
export function imagePresence(
  typed: string,
  images: readonly Pick<ImageSummary, "id" | "digest" | "references">[] | undefined,
): ImagePresence {
  const text = typed.trim()
  if (images === undefined || text === "") return "unknown"
  if (
    /^(?:sha256:)?[0-9a-f]{4,64}$/.test(text) &&
    images.some(({ id }) => id.replace("sha256:", "").startsWith(text.replace("sha256:", "")))
  )
    return "here"
  const read = readReference(text)
  if (read === null) return "unknown"
  const digest = read.version.split("@")[1]
  const repository = `${read.registry}/${read.path}`
  const found = images.some(
    (image) =>
      image.references.includes(read.full) ||
      (digest !== undefined &&
        image.digest === digest &&
        image.references.some((each) => readReference(each)?.full.startsWith(repository))),
  )
  return found ? "here" : "absent"
}
