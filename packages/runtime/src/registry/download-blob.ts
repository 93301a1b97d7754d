import type { Clock } from "../kernel/clock.js"
import type { Digest } from "../spec/digest.js"
import { waitAfter } from "./backoff.js"
import { bounded } from "./read-bounded.js"
import { registryInvalid, registryUnavailable, TransientFailure } from "./registry-errors.js"
import { pullScope, type RegistryRepository, repositoryUrl } from "./registry-repository.js"
import type { SessionResponse } from "./registry-session.js"

/** Where a blob is written to, piece by piece. */
export interface BlobSink {
  /** What is there. */
  readonly sizeBytes: number
  /** A source that fails leaves what came before it failed. */
  append(source: AsyncIterable<Uint8Array>, options: { signal?: AbortSignal }): Promise<void>
  /** Throws away what is there. */
  restart(): Promise<void>
  /** Throws `digest_mismatch`. */
  verify(): void
}

export interface DownloadOptions {
  clock: Pick<Clock, "now" | "sleep">
  random: () => number
  /** Tries in a row that bring nothing. */
  attempts: number
  signal?: AbortSignal
}

/** However little each try brings: a registry that gives a byte at a time does not keep us busy for ever. */
const maximumTries = 200

/**
 * Fetches a blob into the sink, going on from what it has (a range request); a line that breaks is taken up where it broke. Rejects with
 * `registry_unavailable` once nothing comes any more, `registry_invalid` (other size than stated), `digest_mismatch`, and as `RegistrySession.send`.
 */
export async function downloadBlob(
  repository: RegistryRepository,
  blob: { digest: Digest; sizeBytes: number },
  sink: BlobSink,
  options: DownloadOptions,
): Promise<void> {
  if (sink.sizeBytes > blob.sizeBytes) await sink.restart()
  // What an earlier try left may be damaged, and so may be what two tries put together: then once more, from the start.
  const resumed = await fill(repository, blob, sink, options)
  try {
    sink.verify()
  } catch (error) {
    await sink.restart()
    if (!resumed) throw error
    await fill(repository, blob, sink, options)
    sink.verify()
  }
}

/** Resolves with true when what is there did not come in one piece. */
async function fill(
  repository: RegistryRepository,
  blob: { digest: Digest; sizeBytes: number },
  sink: BlobSink,
  options: DownloadOptions,
): Promise<boolean> {
  let resumed = sink.sizeBytes > 0
  let idle = 0
  for (let tries = 1; sink.sizeBytes < blob.sizeBytes || (blob.sizeBytes === 0 && tries === 1); tries++) {
    const before = sink.sizeBytes
    const failure = await fetchOnce(repository, blob, sink, options)
    if (failure === undefined) continue
    resumed = true
    idle = sink.sizeBytes > before ? 1 : idle + 1
    if (idle >= options.attempts || tries >= maximumTries)
      throw registryUnavailable(repository.session.host, failure.why, { digest: blob.digest, tries, gotBytes: sink.sizeBytes }, failure)
    await waitAfter(failure, { ...options, failures: idle })
  }
  return resumed
}

/** One request. What broke the line is a result, not an error: what came before it counts. */
async function fetchOnce(
  repository: RegistryRepository,
  blob: { digest: Digest; sizeBytes: number },
  sink: BlobSink,
  options: DownloadOptions,
): Promise<TransientFailure | undefined> {
  const { session, path } = repository
  const offset = sink.sizeBytes
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  const response = await session.send({
    method: "GET",
    url: repositoryUrl(repository, `blobs/${blob.digest}`),
    headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
    scopes: [pullScope(path)],
    expect: [200, 206, 416],
    ...signal,
  })
  try {
    if (!continues(response, offset, blob.sizeBytes)) await sink.restart()
    if (response.status === 416) return new TransientFailure("does not have the range that it said it has")
    const maximumBytes = blob.sizeBytes - sink.sizeBytes
    const length = response.header("content-length")
    if (length !== undefined && Number(length) !== maximumBytes)
      throw registryInvalid(session.host, "a blob has another size than the manifest states", {
        digest: blob.digest,
        sizeBytes: blob.sizeBytes,
        length,
      })
    await sink.append(bounded(response.body, { host: session.host, what: "a blob", maximumBytes }), signal)
  } catch (error) {
    const translated = session.networkError(error)
    if (translated instanceof TransientFailure && options.signal?.aborted !== true) return translated
    throw translated
  } finally {
    response.body.destroy()
  }
  return sink.sizeBytes < blob.sizeBytes ? new TransientFailure("ended a blob before its end") : undefined
}

/** True when the body goes on where the sink ends. A server may ignore the range and send all of it. (RFC 9110, 14.2) */
function continues(response: SessionResponse, offset: number, sizeBytes: number): boolean {
  if (response.status !== 206) return offset === 0 && response.status === 200
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.header("content-range") ?? "") ?? []
  if (Number(first) !== offset || (total !== "*" && Number(total) !== sizeBytes))
    throw registryInvalid(response.url.host, "it sent another part of a blob than was asked for")
  return true
}
