import { createHash } from "node:crypto"
import { type Digest, digestMismatch, digestOfHex } from "../../spec/digest.js"
import type { BlobSink } from "../download-blob.js"

/** A blob that is kept in memory: what a test downloads into. */
export function memorySink(expected: Digest): BlobSink & { content(): Buffer } {
  let chunks: Buffer[] = []
  const content = () => Buffer.concat(chunks)
  return {
    content,
    get sizeBytes() {
      return content().length
    },
    append: async (source) => {
      for await (const chunk of source) chunks.push(Buffer.from(chunk))
    },
    restart: async () => {
      chunks = []
    },
    verify: () => {
      const actual = digestOfHex(createHash("sha256").update(content()).digest("hex"))
      if (actual !== expected) throw digestMismatch(expected, actual)
    },
  }
}

/** Time that passes at once; the waits are kept for the test to look at. */
export function instantClock(): { waits: number[]; now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> } {
  const waits: number[] = []
  return {
    waits,
    now: () => 1_000_000,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      waits.push(ms)
    },
  }
}
