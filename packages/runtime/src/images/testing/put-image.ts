import type { Digest } from "../../spec/digest.js"
import { configOf, descriptor, manifestOf, type TestImage } from "./make-archive.js"

export const manifestType = "application/vnd.oci.image.manifest.v1+json"
export const indexType = "application/vnd.oci.image.index.v1+json"

interface Receiver {
  addBlob(data: Buffer): unknown
  addManifest(path: string, tag: string, document: object | Buffer, mediaType?: string): Digest
}

/** Puts an image into the fake registry; `change` replaces fields of its manifest. */
export function putImage(
  registry: Receiver,
  image: TestImage,
  options: { path?: string; tag?: string; change?: object; mediaType?: string } = {},
): { digest: Digest; id: Digest; layers: Digest[] } {
  const { path = "app", tag = "1", change = {}, mediaType } = options
  const { manifest, blobs } = manifestOf(image, change)
  for (const { data, digest } of blobs) if (digest !== manifest.digest) registry.addBlob(data)
  const digest = registry.addManifest(path, tag, manifest.data, mediaType)
  return { digest, id: configOf(image).digest, layers: blobs.slice(1, -1).map((blob) => blob.digest) }
}

/** Puts an index of images under a tag. */
export function putIndex(
  registry: Receiver,
  images: readonly { image: TestImage; platform: object }[],
  options: { path?: string; tag?: string; change?: object } = {},
): { digest: Digest } {
  const { path = "app", tag = "1", change = {} } = options
  const manifests = images.map(({ image, platform }, index) => {
    putImage(registry, image, { path, tag: `${tag}-${index}` })
    return descriptor(manifestOf(image).manifest, manifestType, { platform })
  })
  return { digest: registry.addManifest(path, tag, { schemaVersion: 2, mediaType: indexType, manifests, ...change }, indexType) }
}
