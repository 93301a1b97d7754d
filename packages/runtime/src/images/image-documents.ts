import { type Digest, isDigest } from "../spec/digest.js"
import { archiveInvalid } from "../spec/tar/tar-errors.js"
import {
  type JsonObject,
  optionalCount,
  optionalObject,
  optionalObjects,
  optionalText,
  parseJsonObject,
  requiredText,
  textMap,
} from "./json-fields.js"

/** A pointer to a blob. (image-spec, descriptor.md) */
export interface Descriptor {
  mediaType: string
  digest: Digest
  sizeBytes: number
  annotations: Record<string, string>
  platform?: { architecture: string; os: string; variant?: string }
}

/** Manifest or index: told apart by what they contain, and their stated type must agree. */
export type ImageDocument = { kind: "manifest"; config: Descriptor; layers: Descriptor[] } | { kind: "index"; manifests: Descriptor[] }

export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const

/** Documents of images are small: a larger one is an attack on memory. (image-spec, manifest.md: registries should accept 4 MiB) */
export const maximumDocumentBytes = 4 * 2 ** 20

/**
 * Parses a manifest or an index, OCI's or Docker's. One that could be read as both is refused (CVE-2021-41190), and so is
 * one of another type than `statedType`. Throws `archive_invalid`.
 */
export function parseImageDocument(text: Buffer, statedType?: string): ImageDocument {
  const object = parseJsonObject(text, "manifest")
  const isIndex = "manifests" in object
  const isManifest = "layers" in object || "config" in object || "fsLayers" in object
  if (isIndex === isManifest)
    throw archiveInvalid(isIndex ? "a document of it is manifest and index at once" : "a document of it is neither manifest nor index")
  for (const type of [optionalText(object, "mediaType"), statedType]) {
    if (type !== undefined && type !== "" && (isIndexType(type) ? !isIndex : isManifestType(type) && isIndex))
      throw archiveInvalid("a document of it is of another type than stated", { type })
  }
  if (isIndex) return { kind: "index", manifests: optionalObjects(object, "manifests").map(parseDescriptor) }
  if ("fsLayers" in object) throw archiveInvalid("it has an image in Docker's outdated schema 1; save it with a newer tool")
  return {
    kind: "manifest",
    config: parseDescriptor(optionalObject(object, "config")),
    layers: optionalObjects(object, "layers").map(parseDescriptor),
  }
}

export function parseDescriptor(object: JsonObject): Descriptor {
  const digest = requiredText(object, "digest")
  const sizeBytes = optionalCount(object, "size")
  if (!isDigest(digest)) throw archiveInvalid("a digest in it is malformed or not sha256", { digest: digest.slice(0, 100) })
  if (sizeBytes === undefined) throw archiveInvalid("a descriptor in it has no size", { digest })
  const platform = optionalObject(object, "platform")
  return {
    mediaType: optionalText(object, "mediaType") ?? "",
    digest,
    sizeBytes,
    annotations: textMap(object, "annotations"),
    ...("os" in platform ? { platform: parsePlatform(platform) } : {}),
  }
}

/** A manifest made by us, the same bytes for the same image. */
export function formatManifest(
  config: Pick<Descriptor, "digest" | "sizeBytes">,
  layers: readonly Pick<Descriptor, "mediaType" | "digest" | "sizeBytes">[],
): Buffer {
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.sizeBytes },
    layers: layers.map((layer) => ({ mediaType: layer.mediaType, digest: layer.digest, size: layer.sizeBytes })),
  }
  return Buffer.from(JSON.stringify(document))
}

function parsePlatform(platform: JsonObject): NonNullable<Descriptor["platform"]> {
  const variant = optionalText(platform, "variant")
  return {
    architecture: optionalText(platform, "architecture") ?? "",
    os: optionalText(platform, "os") ?? "",
    ...(variant === undefined ? {} : { variant }),
  }
}

function isIndexType(type: string): boolean {
  return type === mediaTypes.index || type === "application/vnd.docker.distribution.manifest.list.v2+json"
}

function isManifestType(type: string): boolean {
  return type === mediaTypes.manifest || type === "application/vnd.docker.distribution.manifest.v2+json"
}
