import { Readable } from "node:stream"
import type { ContentStore } from "../content/content-store.js"
import type { TransferOptions } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import type { RegistryOptions } from "../registry/registry-reader.js"
import { openRegistryWriter, type RegistryWriter } from "../registry/registry-writer.js"
import type { Digest } from "../spec/digest.js"
import { formatReference, type ImageReference } from "../spec/reference.js"
import { maximumDocumentBytes, mediaTypes } from "./image-documents.js"
import type { StoredImage } from "./image-index.js"
import { optionalText, parseJsonObject } from "./json-fields.js"
import { together } from "./together.js"
import { TransferReport } from "./transfer-report.js"

export interface PushContext {
  content: ContentStore
  registries: Pick<RegistryOptions, "settings" | "clock" | "random">
  /** Another repository of the same registry that may have this blob. Undefined: none is known. */
  otherRepositoryOf: (digest: Digest) => string | undefined
}

const parallelBlobs = 3

/** Sends an image as it is stored: the registry gets the same bytes, so the same digests. See `ImageApi.push`. */
export async function pushImage(
  context: PushContext,
  { image, target }: { image: StoredImage; target: ImageReference },
  options: TransferOptions,
): Promise<void> {
  const { credentials, signal } = options
  const call = signal === undefined ? {} : { signal }
  const report = new TransferReport(formatReference(target), options.onProgress)
  const writer = openRegistryWriter(target, { ...context.registries, ...(credentials === undefined ? {} : { credentials }) })
  try {
    const bytes = await context.content.readSmall(image.digest, maximumDocumentBytes)
    const config = { digest: image.id, sizeBytes: await context.content.size(image.id) }
    const layers = image.layers.map(({ digest, compressedBytes }) => ({ digest, sizeBytes: compressedBytes }))
    report.begin(layers)
    const blobs = [...new Map([...layers, config].map((blob) => [blob.digest, blob])).values()]
    await together(blobs, { limit: parallelBlobs, ...call }, (blob, blobSignal) =>
      sendBlob(context, { blob, writer, report, signal: blobSignal }),
    )
    report.finish()
    const mediaType = optionalText(parseJsonObject(bytes, "manifest"), "mediaType") ?? mediaTypes.manifest
    await writer.writeManifest({ tag: target.tag ?? "latest", bytes, digest: image.digest, mediaType }, call)
  } catch (error) {
    if (signal?.aborted === true && !isEngineError(error, "aborted"))
      throw new EngineError("aborted", { facts: { op: "push" }, cause: error })
    throw error
  } finally {
    await writer.close()
  }
}

async function sendBlob(
  { content, otherRepositoryOf }: PushContext,
  options: { blob: { digest: Digest; sizeBytes: number }; writer: RegistryWriter; report: TransferReport; signal: AbortSignal },
): Promise<void> {
  const { blob, writer, report, signal } = options
  const { digest } = blob
  if (await writer.hasBlob(digest, { signal })) return report.update(digest, { state: "present" })
  report.update(digest, { state: "transferring" })
  const mountFrom = otherRepositoryOf(digest)
  const read = (part: { start: number; end: number }) => Readable.from(counted(part), { objectMode: false })
  const outcome = await writer.uploadBlob({ ...blob, read }, { signal, ...(mountFrom === undefined ? {} : { mountFrom }) })
  report.update(digest, { state: outcome === "mounted" ? "present" : "done" })

  async function* counted(part: { start: number; end: number }): AsyncGenerator<Buffer, void, undefined> {
    let doneBytes = part.start
    for await (const piece of content.open(digest, part)) {
      yield piece as Buffer
      doneBytes += (piece as Buffer).length
      report.update(digest, { doneBytes })
    }
  }
}
