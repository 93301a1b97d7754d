import { Readable } from "node:stream"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import { encodeTarHeader } from "../spec/tar/encode-tar-header.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { blobOf, descriptor, file, manifestOf, ociArchive } from "./testing/make-archive.js"
import { manifestType } from "./testing/put-image.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const nothing = { blobs: [], staging: [], layers: [] }
const tenMillion = 10_000_000

describe("what is far more than it looks is refused at a bound, and nothing of it stays", () => {
  let store: TestStore
  let registry: LoopbackRegistry
  beforeEach(async () => {
    store = await makeTestStore()
    registry = await startLoopbackRegistry()
  })
  afterEach(async () => {
    await registry.close()
    await store.remove()
  })

  /** An image in the registry whose layer is these bytes; nobody gets as far as to miss its diffId. */
  function putLayer(layer: Buffer, mediaType: string): string {
    const { digest, sizeBytes } = registry.addBlob(layer)
    const config = blobOf({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [`sha256:${"0".repeat(64)}`] } })
    registry.addBlob(config.data)
    const { manifest } = manifestOf(
      { layers: [] },
      { config: descriptor(config, "application/vnd.oci.image.config.v1+json"), layers: [{ mediaType, digest, size: sizeBytes }] },
    )
    registry.addManifest("bomb", "1", manifest.data, manifestType)
    return `${registry.host}/bomb:1`
  }

  const entries: [string, (index: number) => Buffer][] = [
    ["files", (index) => header(`file${index}`)],
    ["directories", (index) => encodeTarHeader({ name: Buffer.from(`d${index}/`), type: "directory", mode: 0o755, dataBytes: 0 })],
    [
      "versions of one link",
      (index) =>
        encodeTarHeader({ name: Buffer.from("link"), linkName: Buffer.from(`file${index}`), type: "hard-link", mode: 0o644, dataBytes: 0 }),
    ],
  ]
  test.each(entries)("an archive of ten million %s: no more of it is read than the bound allows", async (_what, entry) => {
    let made = 0
    async function* archive(): AsyncGenerator<Buffer, void, undefined> {
      for (; made < tenMillion; made++) yield entry(made)
    }
    await expect(store.images.load(Readable.from(archive(), { objectMode: false }))).rejects.toMatchObject({ code: "archive_invalid" })
    expect(made).toBeLessThan(11_000)
    expect(store.onDisk()).toEqual(nothing)
  })

  test("a layer of ten million entries, of 20 MB in gzip, pulled", async () => {
    const onceMore = gzipSync(Buffer.concat(Array<Buffer>(10_000).fill(header(".wh.gone"))))
    const name = putLayer(Buffer.concat(Array<Buffer>(tenMillion / 10_000).fill(onceMore)), "application/vnd.oci.image.layer.v1.tar+gzip")
    await expect(store.images.pull(name)).rejects.toMatchObject({
      code: "archive_unsafe",
      facts: { why: expect.stringMatching(/1000000 entries/) },
    })
    expect(store.onDisk()).toEqual(nothing)
  })

  // 16 GiB is what 17 MB of gzip can hold; zstd holds a terabyte in twice as much.
  const bombs: [string, string, (data: Buffer) => Buffer, number][] = [
    ["a terabyte of zeroes in zstd", "zstd", (data) => compress(data), 32],
    ["16 GiB of zeroes in gzip", "gzip", (data) => gzipSync(data), 0.5],
  ]
  test.each(bombs)("%s, pulled: in files that are each within the bounds", async (_what, kind, encode, files) => {
    const zeroes = encode(Buffer.alloc(64 << 20))
    const pieces = (32 * Math.min(1, files) * 2 ** 30) / (64 << 20)
    const one = [encode(header("zeroes", pieces * (64 << 20))), ...Array<Buffer>(pieces).fill(zeroes)]
    const layer = Buffer.concat(Array<Buffer[]>(Math.ceil(files)).fill(one).flat())
    expect(layer.length).toBeLessThan(64 << 20)
    const name = putLayer(layer, `application/vnd.oci.image.layer.v1.tar+${kind}`)
    await expect(store.images.pull(name)).rejects.toMatchObject({
      code: "archive_unsafe",
      facts: { why: expect.stringMatching(/times its size/) },
    })
    expect(store.onDisk()).toEqual(nothing)
    expect(await store.images.list()).toEqual([])
  })

  test("an image archive that is cut off at any block", async () => {
    const archive = ociArchive([{ layers: [makeTar([{ name: "a/", type: "directory" }, file("a/b", "c".repeat(700))])], names: ["app:1"] }])
    // The mark of its end is two empty blocks.
    for (let length = 0; length < archive.length - 512; length += 512)
      await expect(store.load(archive.subarray(0, length)), `at ${length}`).rejects.toMatchObject({ code: "archive_invalid" })
    expect(store.onDisk()).toEqual(nothing)
    await store.load(archive)
    expect(await store.images.list()).toHaveLength(1)
  })
})

function header(name: string, dataBytes = 0): Buffer {
  return encodeTarHeader({ name: Buffer.from(name), type: "file", mode: 0o644, dataBytes })
}
