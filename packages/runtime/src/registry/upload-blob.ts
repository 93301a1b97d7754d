import type { Readable } from "node:stream"
import { isEngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import type { Digest } from "../spec/digest.js"
import { waitAfter } from "./backoff.js"
import { registryInvalid, TransientFailure } from "./registry-errors.js"
import { pullScope, pushScope, type RegistryRepository, repositoryUrl } from "./registry-repository.js"
import type { SessionResponse } from "./registry-session.js"

/** A blob to send. `read` gives a part of it, as often as it is asked. */
export interface BlobSource {
  digest: Digest
  sizeBytes: number
  read(part: { start: number; end: number }): Readable
}

export interface UploadOptions {
  clock: Pick<Clock, "now" | "sleep">
  random: () => number
  /** Tries in a row that bring nothing. */
  attempts: number
  /** Another repository of the registry that has it. */
  mountFrom?: string
  signal?: AbortSignal
}

/** What is not larger goes in one request. */
const monolithicBytes = 8 * 2 ** 20
const chunkBytes = 32 * 2 ** 20

/**
 * Sends a blob: mounted from another repository where the registry lets us, in one request when it is small, else in chunks, each of which is taken up
 * where it broke. Resolves once the registry has it. Rejects with `registry_…`, `aborted`. (distribution-spec, "Pushing blobs")
 */
export async function uploadBlob(repository: RegistryRepository, blob: BlobSource, options: UploadOptions): Promise<"mounted" | "sent"> {
  const begun = await begin(repository, blob, options)
  if (begun === undefined) return "mounted"
  let upload = begun
  for (let idle = 0; ; ) {
    const before = upload.offset
    try {
      await send(repository, blob, upload, options)
      return "sent"
    } catch (error) {
      const failure = passing(error)
      if (failure === undefined) throw error
      idle = upload.offset > before ? 1 : idle + 1
      if (idle >= options.attempts) throw error
      await waitAfter(failure, { ...options, failures: idle })
    }
    const progress = await ask(repository, upload, options)
    if (progress !== undefined) upload = progress
    else if (await hasBlob(repository, blob.digest, options)) return "sent"
    else upload = (await begin(repository, blob, { ...options, mountFrom: undefined })) ?? upload
  }
}

/** HEAD. (distribution-spec, "Checking if content exists in the registry") */
export async function hasBlob(
  repository: RegistryRepository,
  digest: Digest,
  options: { signal?: AbortSignal | undefined },
): Promise<boolean> {
  const response = await repository.session.send({
    method: "HEAD",
    url: repositoryUrl(repository, `blobs/${digest}`),
    scopes: [pushScope(repository.path)],
    expect: [200, 404],
    ...given(options),
  })
  await response.body.dump()
  return response.status === 200
}

/** An upload under way: where to, what the registry has of it, and how small a chunk may be. */
interface Upload {
  location: URL
  offset: number
  chunkBytes: number
}

// Undefined: mounted.
async function begin(
  repository: RegistryRepository,
  { digest }: BlobSource,
  options: { mountFrom?: string | undefined; signal?: AbortSignal },
): Promise<Upload | undefined> {
  const { session, path } = repository
  const { mountFrom } = options
  const url = repositoryUrl(repository, "blobs/uploads/")
  if (mountFrom !== undefined) url.search = new URLSearchParams({ mount: digest, from: mountFrom }).toString()
  const scopes = [pushScope(path), ...(mountFrom === undefined ? [] : [pullScope(mountFrom)])]
  const response = await session.send({
    method: "POST",
    url,
    scopes,
    expect: mountFrom === undefined ? [202] : [201, 202],
    ...given(options),
  })
  await response.body.dump()
  if (response.status === 201) return undefined
  const smallest = Number(response.header("oci-chunk-min-length") ?? 0)
  return { location: locationOf(repository, response, url), offset: 0, chunkBytes: Math.max(smallest, chunkBytes) }
}

async function send(repository: RegistryRepository, blob: BlobSource, upload: Upload, options: UploadOptions): Promise<void> {
  const whole = upload.offset === 0 && blob.sizeBytes <= monolithicBytes
  while (!whole && upload.offset < blob.sizeBytes) await sendChunk(repository, blob, upload, options)
  const last = new URL(upload.location)
  last.search += `${last.search === "" ? "?" : "&"}digest=${encodeURIComponent(blob.digest)}`
  const response = await repository.session.send({
    method: "PUT",
    url: last,
    scopes: [pushScope(repository.path)],
    ...(whole && blob.sizeBytes > 0 ? part(blob, { start: 0, end: blob.sizeBytes }) : {}),
    expect: [201, 204],
    attempts: 1,
    ...given(options),
  })
  await response.body.dump()
  const stated = response.header("docker-content-digest")
  if (stated !== undefined && stated !== blob.digest) throw registryInvalid(repository.session.host, "it keeps a blob under another digest")
}

async function sendChunk(repository: RegistryRepository, blob: BlobSource, upload: Upload, options: UploadOptions): Promise<void> {
  const end = Math.min(upload.offset + upload.chunkBytes, blob.sizeBytes)
  const { headers, body } = part(blob, { start: upload.offset, end })
  const response = await repository.session.send({
    method: "PATCH",
    url: upload.location,
    headers: { ...headers, "content-range": `${upload.offset}-${end - 1}` },
    body,
    scopes: [pushScope(repository.path)],
    expect: [202, 416],
    attempts: 1,
    ...given(options),
  })
  await response.body.dump()
  if (response.status === 416) throw new TransientFailure("has another part of the upload than it was sent")
  upload.location = locationOf(repository, response, upload.location)
  upload.offset = end
}

/** What the registry has of it; undefined: it knows nothing of it any more. (distribution-spec, "Resuming") */
async function ask(repository: RegistryRepository, upload: Upload, options: UploadOptions): Promise<Upload | undefined> {
  const response = await repository.session.send({
    method: "GET",
    url: upload.location,
    scopes: [pushScope(repository.path)],
    expect: [200, 202, 204, 400, 404],
    ...given(options),
  })
  await response.body.dump()
  if (response.status === 400 || response.status === 404) return undefined
  // `0-0` is written for nothing at all, too; one byte alone does not come.
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(response.header("range") ?? "")?.[1] ?? 0)
  const location = response.header("location") === undefined ? upload.location : locationOf(repository, response, upload.location)
  return { ...upload, location, offset: last === 0 ? 0 : last + 1 }
}

function part(blob: BlobSource, range: { start: number; end: number }): { headers: Record<string, string>; body: () => Readable } {
  const headers = { "content-type": "application/octet-stream", "content-length": String(range.end - range.start) }
  return { headers, body: () => blob.read(range) }
}

function locationOf({ session }: RegistryRepository, response: SessionResponse, from: URL): URL {
  const location = response.header("location")
  if (location === undefined) throw registryInvalid(session.host, "it does not say where to send a blob to")
  return session.resolveLocation(from, location)
}

function passing(error: unknown): TransientFailure | undefined {
  if (error instanceof TransientFailure) return error
  return isEngineError(error, "registry_unavailable") && error.cause instanceof TransientFailure ? error.cause : undefined
}

function given({ signal }: { signal?: AbortSignal | undefined }): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
