import { createHash } from "node:crypto"
import { EngineError } from "../errors.js"
import { type Digest, digestMismatch, digestOfHex, isDigest } from "../spec/digest.js"
import { readBounded } from "./read-bounded.js"
import { pullScope, type RegistryRepository, repositoryUrl } from "./registry-repository.js"

/** A manifest or an index as the registry has it: not parsed, but of the digest that it is said to have. */
export interface RegistryManifest {
  bytes: Buffer
  digest: Digest
  /** As the answer states it; what the document says of itself must agree (CVE-2021-41190). */
  mediaType: string | undefined
}

/** Registries must accept at least this much; a larger one is an attack on memory. (image-spec, manifest.md) */
const maximumManifestBytes = 4 * 2 ** 20

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ")

/** By tag or digest. Rejects with `image_not_found`, `digest_mismatch`, and as `RegistrySession.send`. */
export async function readManifest(
  repository: RegistryRepository,
  wanted: string,
  options: { signal?: AbortSignal } = {},
): Promise<RegistryManifest> {
  const { session, path } = repository
  const response = await session.send({
    method: "GET",
    url: repositoryUrl(repository, `manifests/${wanted}`),
    headers: { accept },
    scopes: [pullScope(path)],
    expect: [200, 404],
    ...options,
  })
  if (response.status === 404) {
    await response.body.dump()
    throw notFound(repository, wanted)
  }
  const bytes = await readBounded(response.body, { host: session.host, what: "the manifest", maximumBytes: maximumManifestBytes }).catch(
    (error: unknown) => {
      throw session.networkError(error)
    },
  )
  const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"))
  for (const stated of [wanted, response.header("docker-content-digest") ?? ""])
    if (isDigest(stated) && stated !== digest) throw digestMismatch(stated, digest)
  return { bytes, digest, mediaType: response.header("content-type")?.split(";")[0]?.trim().toLowerCase() }
}

function notFound({ session, path }: RegistryRepository, wanted: string): EngineError {
  return new EngineError("image_not_found", {
    facts: { host: session.host, path, wanted },
    publicMessage: `The registry ${session.host} has no image ${path}${isDigest(wanted) ? "@" : ":"}${wanted}. Check its name and tag.`,
  })
}
