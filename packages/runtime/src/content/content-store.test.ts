import { createHash } from "node:crypto"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { digestOfHex } from "../spec/digest.js"
import { type ContentStore, openContentStore } from "./content-store.js"

const digestOf = (data: string) => digestOfHex(createHash("sha256").update(data).digest("hex"))

describe("content store", () => {
  let root: string
  let store: ContentStore
  beforeEach(async () => {
    root = await mkdtemp("/var/tmp/plimsoll-test-")
    store = await openContentStore(root)
  })
  afterEach(() => rm(root, { recursive: true }))

  const staged = () => readdir(join(root, "staging"))

  test("a blob is found by the digest of its bytes", async () => {
    const written = await store.write(Readable.from([Buffer.from("he"), Buffer.from("llo")]))
    expect(written).toEqual({ digest: digestOf("hello"), sizeBytes: 5 })
    expect(await text(store.open(written.digest))).toBe("hello")
    expect(await store.list()).toEqual([written.digest])
    expect(await store.size(written.digest)).toBe(5)
    expect(await staged()).toEqual([])
  })

  test("content that is not what was expected leaves nothing behind", async () => {
    await expect(store.write(Readable.from([Buffer.from("evil")]), { expected: digestOf("good") })).rejects.toMatchObject({
      code: "digest_mismatch",
    })
    expect(await store.list()).toEqual([])
    expect(await staged()).toEqual([])
  })

  test("more bytes than allowed are refused while they come, not when they are all there", async () => {
    let produced = 0
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        produced += 1000
        yield Buffer.alloc(1000)
      }
    }
    await expect(store.write(endless(), { maximumBytes: 10_000 })).rejects.toMatchObject({ code: "archive_unsafe" })
    expect(produced).toBeLessThan(20_000)
    expect(await staged()).toEqual([])
  })

  test("a source that fails, or a caller that gives up, leaves nothing behind", async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from("x")
      throw new Error("connection lost")
    }
    await expect(store.write(failing())).rejects.toThrow("connection lost")
    await expect(store.write(Readable.from([Buffer.from("x")]), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" })
    expect(await staged()).toEqual([])
  })

  test("staged blobs are not in the store until they are committed; commit and discard may be repeated", async () => {
    const blob = await store.stage(Readable.from([Buffer.from("data")]))
    expect(await store.has(blob.digest)).toBe(false)
    expect(await text(blob.open())).toBe("data")
    await blob.commit()
    await blob.commit()
    await blob.discard()
    expect(await store.has(blob.digest)).toBe(true)
    const other = await store.stage(Readable.from([Buffer.from("other")]))
    await other.discard()
    await other.commit()
    expect(await store.has(other.digest)).toBe(false)
  })

  test("the same blob written twice at once is there once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => store.write(Readable.from([Buffer.from("same")]))))
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(1)
    expect(await store.list()).toEqual([digestOf("same")])
  })

  test("sweeping removes what a crash left and spares what is being written", async () => {
    await writeFile(join(root, "staging", "left-by-a-crash"), "half")
    const blob = await store.stage(Readable.from([Buffer.from("in work")]))
    await store.sweepStaging()
    expect(await staged()).toHaveLength(1)
    await blob.commit()
    expect(await store.has(blob.digest)).toBe(true)
  })

  test("a missing blob is not_found, and removing it is no error", async () => {
    await expect(store.size(digestOf("nothing"))).rejects.toMatchObject({ code: "not_found" })
    await expect(store.readSmall(digestOf("nothing"), 10)).rejects.toMatchObject({ code: "not_found" })
    await store.remove(digestOf("nothing"))
  })

  test("a document that is too large is not read", async () => {
    const { digest } = await store.write(Readable.from([Buffer.alloc(100)]))
    await expect(store.readSmall(digest, 99)).rejects.toMatchObject({ code: "archive_unsafe" })
    expect(await store.readSmall(digest, 100)).toHaveLength(100)
  })

  test("a part of a blob is read without the rest", async () => {
    const { digest } = await store.write(Readable.from([Buffer.from("0123456789")]))
    expect(await text(store.open(digest, { start: 3, end: 6 }))).toBe("345")
    expect(await text(store.open(digest, { start: 9, end: 99 }))).toBe("9")
  })

  describe("blobs that come in pieces", () => {
    const pieces = (...parts: string[]) => Readable.from(parts.map((part) => Buffer.from(part)))

    test("go on in another try, also of another process, and are in the store once they are whole", async () => {
      const first = await store.openPartial(digestOf("hello"))
      await first.append(pieces("he", "l"))
      await first.leave()
      expect(await store.listPartials()).toMatchObject([{ digest: digestOf("hello"), sizeBytes: 3 }])
      const second = await (await openContentStore(root)).openPartial(digestOf("hello"))
      expect(second.sizeBytes).toBe(3)
      await second.append(pieces("lo"))
      await second.commit()
      expect(await text(store.open(digestOf("hello")))).toBe("hello")
      expect(await staged()).toEqual([])
    })

    test("a source that fails leaves what came before it failed", async () => {
      const blob = await store.openPartial(digestOf("hello"))
      async function* failing(): AsyncGenerator<Buffer> {
        yield Buffer.from("hel")
        throw new Error("connection lost")
      }
      await expect(blob.append(failing())).rejects.toThrow("connection lost")
      await blob.append(pieces("lo"))
      await blob.commit()
      expect(await store.has(digestOf("hello"))).toBe(true)
    })

    test("that are not what they should be do not get into the store, and can begin anew", async () => {
      const blob = await store.openPartial(digestOf("good"))
      await blob.append(pieces("evil"))
      await expect(blob.commit()).rejects.toMatchObject({ code: "digest_mismatch" })
      await blob.restart()
      await blob.append(pieces("good"))
      await blob.commit()
      expect(await store.list()).toEqual([digestOf("good")])
    })

    test("have one writer at a time, whom sweeping and removing spare", async () => {
      const blob = await store.openPartial(digestOf("x"))
      await expect(store.openPartial(digestOf("x"))).rejects.toMatchObject({ code: "blob_in_use" })
      await store.sweepStaging()
      await store.removePartial(digestOf("x"))
      expect(await staged()).toHaveLength(1)
      await blob.leave()
      await store.removePartial(digestOf("x"))
      expect(await staged()).toEqual([])
      const other = await store.openPartial(digestOf("x"))
      await other.discard()
      expect(await staged()).toEqual([])
    })
  })
})
