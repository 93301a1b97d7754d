import { PassThrough, type Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { isEngineError } from "../../errors.js"
import { readTar } from "../../spec/tar/read-tar.js"

/**
 * Hands a tar on unchanged and reads along, so that one that is cut off is refused as `archive_invalid`, whatever the receiver makes of
 * it. `failure` tells what was found once the receiver has answered.
 */
export function checkedTar(source: Readable): { tar: Readable; failure(): Error | undefined } {
  const passed = new PassThrough()
  const watched = new PassThrough()
  let failure: Error | undefined
  const fail = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error(String(error))
    passed.destroy(failure)
  }
  const reading = (async () => {
    for await (const _entry of readTar(watched, { requireEnd: true }));
  })()
  const feeding = pipeline(
    source,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        if (!watched.write(chunk)) await Promise.race([new Promise((resolve) => watched.once("drain", resolve)), reading])
        yield chunk
      }
      watched.end()
      // The last bytes are followed by the end only if the archive has one.
      await reading
    },
    passed,
  )
  reading.catch(fail)
  feeding.catch((error: unknown) => {
    if (failure === undefined || !isEngineError(failure)) fail(error)
  })
  return { tar: passed, failure: () => failure }
}
