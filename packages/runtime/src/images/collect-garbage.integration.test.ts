import { readdirSync } from "node:fs"
import { utimes } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeTar } from "../spec/tar/make-tar.js"
import { blobOf, configOf, file, manifestOf, ociArchive, type TestImage } from "./testing/make-archive.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const hour = 3_600_000
const base = makeTar([file("base", "base")])
const top = makeTar([file("top", "top!!")])
const image: TestImage = { layers: [base, top], names: ["app:1"] }
const replaced: TestImage = { layers: [base, makeTar([file("top", "new")])], names: ["app:1"] }

describe("garbage collection", () => {
  let store: TestStore
  let now: number
  beforeEach(async () => {
    now = Date.now()
    store = await makeTestStore({ now: () => now })
  })
  afterEach(() => store.remove())

  const idOf = (made: TestImage) => configOf(made).digest
  const orphan = () => store.content.write(Readable.from([Buffer.from("orphan")]))

  test("takes images without a name and all that only they had; a dry run says the same beforehand and takes nothing", async () => {
    await store.load(ociArchive([image]))
    await store.load(ociArchive([replaced]))
    await orphan()
    now += 1000
    const before = store.onDisk()
    const planned = await store.images.collectGarbage({ dryRun: true, graceMs: 0 })
    expect(store.onDisk()).toEqual(before)
    expect(store.collected).toEqual([])
    const done = await store.images.collectGarbage({ graceMs: 0 })
    expect(done).toEqual({ ...planned, dryRun: false })
    const goneBlobs = [blobOf(top).digest, idOf(image), manifestOf(image).manifest.digest, blobOf("orphan").digest].sort()
    expect(done.images).toEqual([{ id: idOf(image), sizeBytes: 9 }])
    expect(done.blobs.map(({ digest }) => digest).sort()).toEqual(goneBlobs)
    expect(done.layers).toEqual([{ diffId: blobOf(top).digest, sizeBytes: 5 }])
    expect(done.reclaimedBytes).toBe([...done.blobs, ...done.layers].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    expect(store.onDisk().blobs).toEqual(before.blobs.filter((hex) => !goneBlobs.includes(`sha256:${hex}`)))
    expect(store.collected).toEqual([done])
    expect(store.changes.at(-1)).toEqual({ action: "delete", id: idOf(image), reference: "" })
    expect(await store.images.collectGarbage({ graceMs: 0 })).toMatchObject({ images: [], blobs: [], layers: [], reclaimedBytes: 0 })
  })

  test("images with a name, and those that containers were made from, stay", async () => {
    await store.load(ociArchive([image]))
    await store.load(ociArchive([replaced]))
    store.users.set(idOf(image), ["c1"])
    const before = store.onDisk()
    expect(await store.images.collectGarbage({ graceMs: 0 })).toMatchObject({ images: [], blobs: [], layers: [] })
    expect(store.onDisk()).toEqual(before)
  })

  test("what is fresh stays for the grace time, an hour unless it is said otherwise", async () => {
    await store.load(ociArchive([image]))
    await store.load(ociArchive([replaced]))
    const { digest } = await orphan()
    expect(await store.images.collectGarbage()).toMatchObject({ images: [], blobs: [] })
    now += hour + 60_000
    const old = await store.images.collectGarbage({ dryRun: true })
    expect(old.images).toHaveLength(1)
    expect(old.blobs.map((blob) => blob.digest)).toContain(digest)
    // One that has come anew is fresh again.
    await utimes(join(store.place.root, "content/blobs/sha256", digest.slice(7)), new Date(now), new Date(now))
    expect((await store.images.collectGarbage()).blobs.map((blob) => blob.digest)).not.toContain(digest)
  })

  test("half blobs of downloads that broke off go with their grace time, those being written stay", async () => {
    const left = await store.content.openPartial(blobOf(base).digest)
    await left.append(Readable.from([base.subarray(0, 100)]))
    expect((await store.images.collectGarbage({ graceMs: 0 })).blobs).toEqual([])
    await left.leave()
    expect((await store.images.collectGarbage()).blobs).toEqual([])
    now += 1000
    expect((await store.images.collectGarbage({ graceMs: 0 })).blobs).toEqual([{ digest: blobOf(base).digest, sizeBytes: 100 }])
    expect(store.onDisk().staging).toEqual([])
  })

  test("an image that is being saved is saved whole, although it has lost its name", async () => {
    await store.load(ociArchive([image]))
    const archive = await store.images.save([idOf(image)])
    await store.load(ociArchive([replaced]))
    now += 1000
    expect(await store.images.collectGarbage({ graceMs: 0 })).toMatchObject({ images: [], layers: [] })
    expect((await buffer(archive)).length).toBeGreaterThan(1000)
    expect((await store.images.collectGarbage({ graceMs: 0 })).images).toHaveLength(1)
  })

  test("an image that a create has leased keeps its layers and its place, whatever is removed or collected", async () => {
    await store.load(ociArchive([image]))
    const leased = await store.images.lease("app:1")
    expect(leased?.image).toMatchObject({ id: idOf(image) })
    expect(await store.images.remove("app:1")).toEqual({ untagged: ["docker.io/library/app:1"], deleted: [] })
    now += 1000
    expect(await store.images.collectGarbage({ graceMs: 0 })).toMatchObject({ images: [], blobs: [], layers: [] })
    for (const diffId of leased?.image.diffIds ?? []) expect(await store.snapshots.hasLayer(diffId)).toBe(true)
    leased?.release()
    expect((await store.images.collectGarbage({ graceMs: 0 })).images).toHaveLength(1)
    expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
    expect(await store.images.lease("app:1")).toBeUndefined()
  })

  test("what a removal could not take because it was in use goes with the next removal", async () => {
    await store.load(ociArchive([image]))
    await store.load(ociArchive([{ layers: [top], names: ["other:1"] }]))
    const archive = await store.images.save(["app:1"])
    await store.images.remove("app:1")
    expect(store.onDisk().layers).toHaveLength(2)
    await buffer(archive)
    await store.images.remove("other:1")
    expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
  })

  test.each([
    ["layers are removed", "layer"],
    ["blobs are removed", "blob"],
  ] as const)("a crash while %s harms nothing: the next start takes the rest", async (_what, step) => {
    await store.load(ociArchive([image]))
    await store.load(ociArchive([replaced]))
    now += 1000
    const crash = () => Promise.reject(new Error("killed"))
    const { removeLayer } = store.snapshots
    const { remove } = store.content
    if (step === "layer") store.snapshots.removeLayer = crash
    else store.content.remove = crash
    await expect(store.images.collectGarbage({ graceMs: 0 })).rejects.toThrow("killed")
    Object.assign(store.snapshots, { removeLayer })
    Object.assign(store.content, { remove })
    const reopened = await store.reopen()
    await reopened.sweep()
    expect((await reopened.list()).map(({ id }) => id)).toEqual([idOf(replaced)])
    expect((await reopened.resolve("app:1"))?.diffIds).toEqual(replaced.layers.map((layer) => blobOf(layer).digest))
    expect(store.onDisk().layers).toHaveLength(2)
    expect(store.onDisk().blobs).toHaveLength(4)
    expect(readdirSync(store.place.layers).filter((name) => name.startsWith("."))).toEqual([])
  })
})
