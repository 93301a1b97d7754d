import { createHash } from "node:crypto"
import type { StagedBlob } from "../content/content-store.js"
import { type Digest, digestOfHex } from "../spec/digest.js"
import { formatReference, parseReference } from "../spec/reference.js"
import type { ImageConfigDocument } from "./image-config.js"
import { needsOf } from "./leases.js"

/** An image found in an archive, checked as far as its documents go; nothing of it is kept yet. */
export interface PlannedImage {
  id: Digest
  config: ImageConfigDocument
  /** Bytes of the manifest: the archive's own, or one that was made for it. */
  manifest: Buffer
  layers: PlannedLayer[]
  /** Normalised. */
  references: string[]
  /** Blobs to publish: configuration and layers. */
  blobs: StagedBlob[]
}

/** What must not be collected while it is published. */
export function needsOfPlanned({ id, manifest, layers }: PlannedImage): ReturnType<typeof needsOf> {
  return needsOf({ id, layers, digest: digestOfHex(createHash("sha256").update(manifest).digest("hex")) })
}

export interface PlannedLayer {
  digest: Digest
  diffId: Digest
  mediaType: string
  compressedBytes: number
}

/**
 * The reference that a name in an archive means. Undefined for a bare tag (`latest`, `3.19`, `v2`), as umoci and others write it:
 * it says no repository, so the image stays without a name. So does one named by a digest, which an archive cannot vouch for. Throws `invalid_reference`.
 */
export function referenceOfName(name: string): string | undefined {
  const isBareTag = !/[/:@]/.test(name) && (name === "" || name === "latest" || /^v?[0-9]/.test(name))
  if (isBareTag) return undefined
  const reference = parseReference(name)
  return reference.digest === undefined ? formatReference(reference) : undefined
}
