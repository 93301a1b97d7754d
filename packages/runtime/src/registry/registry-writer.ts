import type { Digest } from "../spec/digest.js"
import { endpointsOf } from "./registry-endpoint.js"
import { registryInvalid } from "./registry-errors.js"
import type { RegistryOptions } from "./registry-reader.js"
import { pushScope, type RegistryRepository, repositoryUrl } from "./registry-repository.js"
import { RegistrySession } from "./registry-session.js"
import { type BlobSource, hasBlob, uploadBlob } from "./upload-blob.js"

/** One repository to push to: the registry itself, never a mirror. All reject with `registry_…`, `aborted`. */
export interface RegistryWriter {
  hasBlob(digest: Digest, options: { signal?: AbortSignal }): Promise<boolean>
  /** Resolves once the registry has it. `mountFrom`: another repository of it that has the blob. */
  uploadBlob(blob: BlobSource, options: { mountFrom?: string; signal?: AbortSignal }): Promise<"mounted" | "sent">
  /** Under a tag. All its blobs must be there. */
  writeManifest(
    manifest: { tag: string; bytes: Buffer; digest: Digest; mediaType: string },
    options: { signal?: AbortSignal },
  ): Promise<void>
  close(): Promise<void>
}

const attempts = 5

export function openRegistryWriter(repository: { domain: string; path: string }, options: RegistryOptions): RegistryWriter {
  const { settings, random = Math.random, ...shared } = options
  const { clock } = shared
  const endpoint = endpointsOf(repository.domain, { ...settings, mirrors: {} }).at(-1)
  if (endpoint === undefined) throw new TypeError("a registry has at least one address")
  const session = new RegistrySession({ ...shared, endpoint, proxy: settings.proxy, random, attempts })
  const place: RegistryRepository = { session, base: endpoint.base, path: repository.path }
  return {
    hasBlob: (digest, call) => hasBlob(place, digest, call),
    uploadBlob: (blob, call) => session.during(() => uploadBlob(place, blob, { clock, random, attempts, ...call }), call.signal),
    writeManifest: (manifest, call) => writeManifest(place, manifest, call),
    close: () => session.close(),
  }
}

async function writeManifest(
  place: RegistryRepository,
  { tag, bytes, digest, mediaType }: Parameters<RegistryWriter["writeManifest"]>[0],
  call: { signal?: AbortSignal },
): Promise<void> {
  const response = await place.session.send({
    method: "PUT",
    url: repositoryUrl(place, `manifests/${tag}`),
    headers: { "content-type": mediaType },
    body: () => bytes,
    scopes: [pushScope(place.path)],
    expect: [201],
    ...call,
  })
  await response.body.dump()
  const stated = response.header("docker-content-digest")
  if (stated !== undefined && stated !== digest)
    throw registryInvalid(place.session.host, "it keeps the manifest under another digest", { digest })
}
