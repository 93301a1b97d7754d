import type { ImageSummary } from "@plimsoll/server/contract"

/** `sha256:` and twelve digits: enough to tell images apart. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12)
}

/** How an image is called in a list; without a reference, its id. */
export function imageName(image: Pick<ImageSummary, "id" | "references">): string {
  return image.references[0] === undefined ? shortId(image.id) : shortReference(image.references[0])
}

/** A reference as people write it: without what is implied. */
export function shortReference(reference: string): string {
  return reference.replace(/^docker\.io\/library\//, "").replace(/^docker\.io\//, "")
}

/** A reference that fits a file on disk: `shop.tar` → `shop:latest`; nothing sensible left: empty. */
export function referenceFromFile(name: string): string {
  const stem = name
    .toLowerCase()
    .replace(/\.(tar|tgz|gz|zst|xz|oci|docker)(?=\.|$)/g, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "")
  return stem === "" ? "" : `${stem}:latest`
}
