import { EngineError } from "../errors.js"
import type { RegistryManifest } from "../registry/read-manifest.js"
import { type Digest, digestMismatch } from "../spec/digest.js"
import { archiveInvalid } from "../spec/tar/tar-errors.js"
import { type Descriptor, type ImageDocument, parseImageDocument } from "./image-documents.js"
import { noPlatform, type Platform, selectForPlatform } from "./platform.js"

/** The manifest of the image for one platform. */
export interface ChosenManifest {
  bytes: Buffer
  digest: Digest
  config: Descriptor
  layers: Descriptor[]
}

const maximumDepth = 4
const maximumEntries = 1000
/** overlayfs takes 500 below one mount; Docker allows 127. */
const maximumLayers = 500
const maximumBytes = 128 * 2 ** 30

/**
 * From what a registry has under a name down to the manifest for the platform, through at most 4 indexes. What each document says it is, what the answer
 * says and what the index above said must agree (CVE-2021-41190). Throws `archive_invalid`, `digest_mismatch`, `unsupported`.
 */
export async function chooseManifest(
  read: (wanted: string) => Promise<RegistryManifest>,
  wanted: string,
  options: { platform: Platform; above?: Descriptor; depth?: number },
): Promise<ChosenManifest> {
  const { platform, above, depth = 0 } = options
  if (depth >= maximumDepth) throw archiveInvalid(`its indexes are nested more than ${maximumDepth} deep`)
  const { bytes, digest, mediaType } = await read(wanted)
  if (above !== undefined && digest !== above.digest) throw digestMismatch(above.digest, digest)
  const document = parseImageDocument(bytes, mediaType)
  if (above !== undefined) parseImageDocument(bytes, above.mediaType)
  if (document.kind === "manifest") return { bytes, digest, ...checked(document) }
  if (document.manifests.length > maximumEntries) throw archiveInvalid(`its index has more than ${maximumEntries} entries`)
  const chosen = selectForPlatform(document.manifests, platform)
  if (chosen === undefined) throw noPlatform(document.manifests, platform)
  return chooseManifest(read, chosen.digest, { platform, above: chosen, depth: depth + 1 })
}

function checked({ config, layers }: Extract<ImageDocument, { kind: "manifest" }>): Pick<ChosenManifest, "config" | "layers"> {
  if (layers.length > maximumLayers) throw archiveInvalid(`it has more than ${maximumLayers} layers`)
  if (layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, config.sizeBytes) > maximumBytes)
    throw archiveInvalid("it is larger than any honest image", { maximumBytes })
  if (!configTypes.includes(config.mediaType))
    throw new EngineError("unsupported", {
      facts: { mediaType: config.mediaType.slice(0, 100) },
      publicMessage: `What has this name is no container image but something of the type ${config.mediaType.slice(0, 100)}.`,
    })
  return { config, layers }
}

const configTypes: readonly string[] = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"]
