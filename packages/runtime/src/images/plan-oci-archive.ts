import { archiveInvalid } from "../spec/tar/tar-errors.js"
import { parseImageConfig } from "./image-config.js"
import { type Descriptor, type ImageDocument, parseImageDocument } from "./image-documents.js"
import type { PlannedImage } from "./planned-image.js"
import { referenceOfName } from "./planned-image.js"
import { noPlatform, type Platform, selectForPlatform } from "./platform.js"
import type { StagedArchive } from "./staged-archive.js"

/** The images of an OCI layout: one for each entry of its index, of an index in it the one for this platform. Throws `archive_invalid`, `digest_mismatch`, `unsupported`. */
export async function planOciArchive(archive: StagedArchive, platform: Platform): Promise<PlannedImage[]> {
  const index = parseImageDocument(await archive.document(archive.get("index.json")))
  if (index.kind !== "index") throw archiveInvalid("its index.json is no index")
  const planned: PlannedImage[] = []
  for (const group of groupsOf(index.manifests)) planned.push(...(await planGroup(archive, group, platform)))
  if (planned.length === 0) throw archiveInvalid("it contains no image")
  return planned
}

const maximumDepth = 4
const maximumImages = 1000

// Entries of one name with platforms are one multi-platform image (buildah and skopeo write it flat); all others stand for themselves.
function groupsOf(manifests: readonly Descriptor[]): Descriptor[][] {
  if (manifests.length > maximumImages) throw archiveInvalid(`it has more than ${maximumImages} images`)
  const groups = new Map<string, Descriptor[]>()
  for (const [position, descriptor] of manifests.entries()) {
    const key = descriptor.platform === undefined ? `#${position}` : (nameOf(descriptor) ?? "")
    groups.set(key, [...(groups.get(key) ?? []), descriptor])
  }
  return [...groups.values()]
}

async function planGroup(archive: StagedArchive, group: readonly Descriptor[], platform: Platform): Promise<PlannedImage[]> {
  const distinct = new Map(group.map((descriptor) => [descriptor.digest, descriptor]))
  // One image, whatever its platform, is what was asked for; of several, this host's.
  const chosen = distinct.size === 1 ? group[0] : selectForPlatform(group, platform)
  if (chosen === undefined) {
    if (group.every((descriptor) => descriptor.platform?.os === "unknown")) return []
    throw noPlatform(group, platform)
  }
  const manifest = await manifestOf(archive, chosen, { platform, depth: 0 })
  const image = await planManifest(archive, manifest)
  const names = group.filter((descriptor) => descriptor.digest === chosen.digest).map(nameOf)
  const references = names.map((name) => (name === undefined ? undefined : referenceOfName(name))).filter((name) => name !== undefined)
  return [{ ...image, references: [...new Set(references)] }]
}

interface FoundManifest {
  bytes: Buffer
  document: Extract<ImageDocument, { kind: "manifest" }>
}

async function manifestOf(
  archive: StagedArchive,
  descriptor: Descriptor,
  options: { platform: Platform; depth: number },
): Promise<FoundManifest> {
  if (options.depth >= maximumDepth) throw archiveInvalid(`its indexes are nested more than ${maximumDepth} deep`)
  const bytes = await archive.document(blobOf(archive, descriptor))
  const document = parseImageDocument(bytes, descriptor.mediaType)
  if (document.kind === "manifest") return { bytes, document }
  const chosen = selectForPlatform(document.manifests, options.platform)
  if (chosen === undefined) throw noPlatform(document.manifests, options.platform)
  return manifestOf(archive, chosen, { ...options, depth: options.depth + 1 })
}

async function planManifest(archive: StagedArchive, { bytes, document }: FoundManifest): Promise<Omit<PlannedImage, "references">> {
  const configBlob = blobOf(archive, document.config)
  const config = parseImageConfig(await archive.document(configBlob))
  if (config.diffIds.length !== document.layers.length) {
    throw archiveInvalid("its manifest and its configuration name different numbers of layers", {
      manifest: document.layers.length,
      configuration: config.diffIds.length,
    })
  }
  const blobs = document.layers.map((layer) => blobOf(archive, layer))
  const layers = document.layers.map((layer, index) => {
    const diffId = config.diffIds[index]
    if (diffId === undefined) throw archiveInvalid("its configuration lacks a layer")
    return { digest: layer.digest, diffId, mediaType: layer.mediaType, compressedBytes: layer.sizeBytes }
  })
  return { id: document.config.digest, config, manifest: bytes, layers, blobs: [configBlob, ...blobs] }
}

function blobOf(archive: StagedArchive, descriptor: Descriptor): ReturnType<StagedArchive["get"]> {
  const blob = archive.blob(descriptor.digest)
  if (blob === undefined)
    throw archiveInvalid(`it lacks the blob ${descriptor.digest.slice(0, 19)}… that it refers to (it may be cut off)`, {
      digest: descriptor.digest,
    })
  if (blob.sizeBytes !== descriptor.sizeBytes)
    throw archiveInvalid("a blob in it has another size than stated", {
      digest: descriptor.digest,
      stated: descriptor.sizeBytes,
      actual: blob.sizeBytes,
    })
  return blob
}

// Docker and containerd keep the full name in an annotation of their own and only the tag in the standard one.
function nameOf(descriptor: Descriptor): string | undefined {
  return descriptor.annotations["io.containerd.image.name"] ?? descriptor.annotations["org.opencontainers.image.ref.name"]
}
