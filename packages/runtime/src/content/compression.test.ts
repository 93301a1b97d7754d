import { gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { decompress, detectCompression } from "./compression.js"

async function* chunked(data: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

async function unpack(data: Buffer, options: Parameters<typeof decompress>[1] & { chunkBytes?: number } = {}): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of decompress(chunked(data, options.chunkBytes), options)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const plain = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index) % 251))
const encoders = { none: (data: Buffer) => data, gzip: (data: Buffer) => gzipSync(data), zstd: (data: Buffer) => compress(data) }

describe("compression is told by content and undone", () => {
  test.each(Object.entries(encoders))("%s", async (kind, encode) => {
    expect(detectCompression(encode(plain))).toBe(kind)
    for (const chunkBytes of [1, 1000, 1 << 20])
      expect(
        (await unpack(encode(plain.subarray(0, chunkBytes === 1 ? 5000 : plain.length)), { chunkBytes })).equals(
          plain.subarray(0, chunkBytes === 1 ? 5000 : plain.length),
        ),
      ).toBe(true)
  })

  test.each(["gzip", "zstd"] as const)("%s: several members one after the other are one stream", async (kind) => {
    const encode = encoders[kind]
    expect((await unpack(Buffer.concat([encode(plain), encode(plain)]))).equals(Buffer.concat([plain, plain]))).toBe(true)
  })

  test.each(["gzip", "zstd"] as const)("%s: cut off is archive_invalid, wherever", async (kind) => {
    const whole = encoders[kind](plain)
    for (const share of [0.1, 0.5, 0.99])
      await expect(unpack(whole.subarray(0, Math.floor(whole.length * share)))).rejects.toMatchObject({ code: "archive_invalid" })
    await expect(unpack(whole.subarray(0, whole.length - 1))).rejects.toMatchObject({ code: "archive_invalid" })
  })

  test.each(["gzip", "zstd"] as const)("%s: damage is archive_invalid", async (kind) => {
    const damaged = Buffer.from(encoders[kind](plain))
    damaged.fill(0xaa, kind === "gzip" ? 20 : 6, 200)
    await expect(unpack(damaged)).rejects.toMatchObject({ code: "archive_invalid" })
  })

  test.each(["gzip", "zstd"] as const)("%s: a bomb is stopped early and never held in memory", async (kind) => {
    const bomb = encoders[kind](Buffer.alloc(50_000_000))
    let produced = 0
    let largest = 0
    const reading = (async () => {
      for await (const piece of decompress(chunked(bomb, 1 << 20), { ratioFromBytes: 1_000_000, maximumRatio: 100 })) {
        produced += piece.length
        largest = Math.max(largest, piece.length)
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: "archive_unsafe" })
    expect(produced).toBeLessThan(12_000_000)
    expect(largest).toBeLessThanOrEqual(1 << 17)
  })

  test("a failing source is its own error, not the archive's", async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield gzipSync(plain).subarray(0, 1000)
      throw new Error("connection lost")
    }
    await expect(
      (async () => {
        for await (const _piece of decompress(failing()));
      })(),
    ).rejects.toThrow("connection lost")
  })

  test("an empty stream is empty", async () => {
    expect(await unpack(Buffer.alloc(0))).toHaveLength(0)
  })
})
