import type { ContentStore } from "../content/content-store.js"
import { EngineError, isEngineError } from "../errors.js"
import type { RegistryReader } from "../registry/registry-reader.js"
import type { Digest } from "../spec/digest.js"

export interface FetchOptions {
  content: ContentStore
  reader: Pick<RegistryReader, "downloadBlob">
  signal: AbortSignal
  /** Bytes that are here. */
  onBytes?: (doneBytes: number) => void
}

/**
 * Puts a blob into the store, unless it is there. Resolves with true when it had to be fetched. Broken off for good, what came stays staged for another
 * try; of anything else that fails nothing stays. Rejects as `RegistryReader.downloadBlob`, and with `disk_full`.
 */
export async function fetchBlob(blob: { digest: Digest; sizeBytes: number }, options: FetchOptions): Promise<boolean> {
  const { content, reader, signal } = options
  if (await content.has(blob.digest)) {
    assertSize(blob, await content.size(blob.digest))
    return false
  }
  const partial = await content.openPartial(blob.digest)
  try {
    const sink = {
      get sizeBytes() {
        return partial.sizeBytes
      },
      restart: () => partial.restart(),
      verify: () => partial.verify(),
      append: (source: AsyncIterable<Uint8Array>, call: { signal?: AbortSignal }) => partial.append(counted(source), call),
    }
    await reader.downloadBlob(blob, sink, { signal })
    await partial.commit()
    return true
  } catch (error) {
    if (isEngineError(error, "registry_unavailable")) await partial.leave()
    else await partial.discard()
    throw error
  }

  async function* counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      yield chunk
      options.onBytes?.(partial.sizeBytes)
    }
  }
}

function assertSize({ digest, sizeBytes }: { digest: Digest; sizeBytes: number }, actual: number): void {
  if (actual === sizeBytes) return
  throw new EngineError("registry_invalid", {
    facts: { digest, stated: sizeBytes, actual },
    publicMessage: "What the registry answered was refused: a blob of the image has another size than stated.",
  })
}
