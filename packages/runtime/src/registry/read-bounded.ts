import { registryInvalid, registryUnavailable } from "./registry-errors.js"

/** A document is small: who takes longer for it than this is holding us up. */
const longestMs = 60_000

/** A body as a whole. Rejects with `registry_invalid` as soon as it is larger than `maximumBytes`, with `registry_unavailable` when it takes more than a minute. */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  options: { host: string; what: string; maximumBytes: number; now?: () => number },
): Promise<Buffer> {
  const { host, now = () => performance.now() } = options
  const chunks: Uint8Array[] = []
  const begun = now()
  for await (const chunk of bounded(body, options)) {
    chunks.push(chunk)
    if (now() - begun > longestMs) throw registryUnavailable(host, "sends too slowly", { seconds: longestMs / 1000 })
  }
  return Buffer.concat(chunks)
}

/** Passes the body on, and throws `registry_invalid` as soon as it is larger than `maximumBytes`. */
export async function* bounded(
  body: AsyncIterable<Uint8Array>,
  options: { host: string; what: string; maximumBytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0
  for await (const chunk of body) {
    total += chunk.byteLength
    if (total > options.maximumBytes)
      throw registryInvalid(options.host, `${options.what} is larger than the ${options.maximumBytes} bytes that it may have`)
    yield chunk
  }
}
