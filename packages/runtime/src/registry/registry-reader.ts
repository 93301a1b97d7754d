import { isEngineError } from "../errors.js"
import type { Digest } from "../spec/digest.js"
import type { RegistrySettings } from "../spec/registry.js"
import { type BlobSink, downloadBlob } from "./download-blob.js"
import { type RegistryManifest, readManifest } from "./read-manifest.js"
import { endpointsOf } from "./registry-endpoint.js"
import type { RegistryRepository } from "./registry-repository.js"
import { RegistrySession, type SessionOptions } from "./registry-session.js"

export interface RegistryOptions extends Pick<SessionOptions, "clock" | "credentials" | "resolve"> {
  settings: RegistrySettings
  /** For jitter. Default Math.random. */
  random?: () => number
}

/** One repository to pull from, with the mirrors that come before it. */
export interface RegistryReader {
  /** By tag or digest. Rejects with `image_not_found`, `digest_mismatch`, `registry_…`, `aborted`. */
  readManifest(wanted: string, options: { signal?: AbortSignal }): Promise<RegistryManifest>
  /** Rejects with `digest_mismatch`, `registry_…`, `aborted`, and what the sink throws. */
  downloadBlob(blob: { digest: Digest; sizeBytes: number }, sink: BlobSink, options: { signal?: AbortSignal }): Promise<void>
  close(): Promise<void>
}

const originAttempts = 5
// There is somebody else to ask.
const mirrorAttempts = 2

/** Throws `invalid_argument` for a malformed mirror. Nothing is sent yet. */
export function openRegistryReader(repository: { domain: string; path: string }, options: RegistryOptions): RegistryReader {
  const { settings, random = Math.random, ...shared } = options
  const { clock } = shared
  const places = endpointsOf(repository.domain, settings).map((endpoint): Place => {
    const attempts = endpoint.origin ? originAttempts : mirrorAttempts
    const session = new RegistrySession({ ...shared, endpoint, proxy: settings.proxy, random, attempts })
    return { session, base: endpoint.base, path: repository.path, attempts }
  })
  const silent = new Set<Place>()
  return {
    readManifest: (wanted, call) => firstThatHas(places, silent, (place) => readManifest(place, wanted, call)),
    downloadBlob: (blob, sink, call) =>
      firstThatHas(places, silent, (place) =>
        place.session.during(() => downloadBlob(place, blob, sink, { clock, random, attempts: place.attempts, ...call }), call.signal),
      ),
    close: async () => {
      await Promise.all(places.map(({ session }) => session.close()))
    },
  }
}

interface Place extends RegistryRepository {
  attempts: number
}

/** One after the other, until one has it; the last one's error counts. One that did not answer is not asked again. */
async function firstThatHas<T>(places: readonly Place[], silent: Set<Place>, ask: (place: Place) => Promise<T>): Promise<T> {
  const last = places.at(-1)
  for (const place of places) {
    if (place === last || silent.has(place)) continue
    try {
      return await ask(place)
    } catch (error) {
      if (!isTheRegistrysFault(error)) throw error
      if (isEngineError(error, "registry_unavailable")) silent.add(place)
    }
  }
  if (last === undefined) throw new TypeError("a registry has at least one address")
  return ask(last)
}

const faults = ["registry_unavailable", "registry_refused", "registry_invalid", "image_not_found", "digest_mismatch"] as const

function isTheRegistrysFault(error: unknown): boolean {
  return faults.some((code) => isEngineError(error, code))
}
