import { execFileSync } from "node:child_process"
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { makeTar } from "../spec/tar/make-tar.js"
import { ensureStarterImage, starterReference } from "./starter-image.js"
import { blobOf, configOf, file, ociArchive, type TestImage } from "./testing/make-archive.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const base = makeTar([
  { name: "./", type: "directory" },
  { name: "base", type: "file", data: "base" },
])
const top = makeTar([file("top", "top!!")])
const image: TestImage = { layers: [base, top], names: ["app:1"] }
const other: TestImage = { layers: [base], names: ["other:1"], encode: (tar) => compress(tar) }

describe("image store", () => {
  let store: TestStore
  beforeEach(async () => {
    store = await makeTestStore()
  })
  afterEach(() => store.remove())

  const idOf = (made: TestImage) => configOf(made).digest

  describe("names", () => {
    test("an image is found by name, id, manifest digest, pinned name and unique prefix", async () => {
      const [loaded] = await store.load(ociArchive([image]))
      for (const text of [
        "app:1",
        "docker.io/library/app:1",
        idOf(image),
        loaded?.digest ?? "",
        idOf(image).slice(7, 19),
        idOf(image).slice(0, 13),
        `app@${loaded?.digest}`,
      ]) {
        expect((await store.images.inspect(text)).id, text).toBe(idOf(image))
      }
    })

    test("what is not here is image_not_found, or undefined from resolve; malformed ones are invalid_reference", async () => {
      await store.load(ociArchive([image]))
      for (const text of ["app:2", "none", `sha256:${"0".repeat(64)}`, "0000", `none@${idOf(image)}`]) {
        await expect(store.images.inspect(text), text).rejects.toMatchObject({
          code: "image_not_found",
          publicMessage: expect.stringContaining("Load or import"),
        })
        expect(await store.images.resolve(text)).toBeUndefined()
      }
      for (const text of ["", "UPPER", "a b", "--x"])
        await expect(store.images.inspect(text), text).rejects.toMatchObject({ code: "invalid_reference" })
    })

    test("a name moves to the image it is given to; the other stays without it", async () => {
      await store.load(ociArchive([image]))
      await store.load(ociArchive([{ ...other, names: ["app:1"] }]))
      expect((await store.images.inspect("app:1")).id).toBe(idOf(other))
      expect((await store.images.inspect(idOf(image))).references).toEqual([])
      await store.images.tag(idOf(image), "app:1")
      expect((await store.images.inspect("app:1")).id).toBe(idOf(image))
      await expect(store.images.tag("none", "x")).rejects.toMatchObject({ code: "image_not_found" })
      await expect(store.images.tag("app:1", "UPPER")).rejects.toMatchObject({ code: "invalid_reference" })
      await expect(store.images.tag("app:1", `x@${idOf(image)}`)).rejects.toMatchObject({ code: "invalid_reference" })
    })
  })

  describe("removing", () => {
    test("takes names one by one; the last one takes the image, and what others share stays", async () => {
      await store.load(ociArchive([image, other]))
      await store.images.tag("app:1", "app:also")
      expect(await store.images.remove("app:1")).toEqual({ untagged: ["docker.io/library/app:1"], deleted: [] })
      expect(await store.images.remove("app:also")).toEqual({ untagged: ["docker.io/library/app:also"], deleted: [idOf(image)] })
      expect(store.onDisk().layers).toEqual([blobOf(base).digest.slice(7)])
      await expect(store.images.remove("app:1")).rejects.toMatchObject({ code: "image_not_found" })
      expect(await store.images.remove("other:1")).toMatchObject({ deleted: [idOf(other)] })
      expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
      expect(store.changes.map(({ action }) => action)).toEqual(["load", "load", "tag", "untag", "untag", "delete", "untag", "delete"])
    })

    test("by id needs force when it has several names", async () => {
      await store.load(ociArchive([{ ...image, names: ["a:1", "b:1"] }]))
      await expect(store.images.remove(idOf(image))).rejects.toMatchObject({ code: "conflict" })
      expect((await store.images.remove(idOf(image), { force: true })).untagged).toHaveLength(2)
      expect(await store.images.list()).toEqual([])
    })

    test("an image that a container uses is never deleted: image_in_use, and with force it only loses its name", async () => {
      await store.load(ociArchive([image]))
      store.users.set(idOf(image), ["c1", "c2"])
      expect((await store.images.inspect("app:1")).usedBy).toEqual(["c1", "c2"])
      for (const text of ["app:1", idOf(image)])
        await expect(store.images.remove(text)).rejects.toMatchObject({ code: "image_in_use", facts: { containers: ["c1", "c2"] } })
      await expect(store.images.remove(idOf(image), { force: true })).rejects.toMatchObject({ code: "image_in_use" })
      expect(await store.images.remove("app:1", { force: true })).toEqual({ untagged: ["docker.io/library/app:1"], deleted: [] })
      await store.images.sweep()
      expect(store.onDisk().layers).toHaveLength(2)
      store.users.clear()
      expect((await store.images.remove(idOf(image))).deleted).toEqual([idOf(image)])
      expect(store.onDisk().layers).toEqual([])
    })

    test("loading and removing at the same time never leaves an image without its layers", async () => {
      const archive = ociArchive([image])
      for (let round = 0; round < 40; round++) {
        const loading = store.load(archive)
        const removing = store.images.remove("app:1").catch((error: unknown) => expect(error).toMatchObject({ code: "image_not_found" }))
        await Promise.all([loading, removing])
        const resolved = await store.images.resolve("app:1")
        for (const diffId of resolved?.diffIds ?? []) expect(await store.snapshots.hasLayer(diffId)).toBe(true)
        if (resolved === undefined) expect(store.onDisk().layers).toEqual([])
      }
    })
  })

  describe("after a restart", () => {
    test("everything is there", async () => {
      await store.load(ociArchive([image, other]))
      const before = await store.images.list()
      const reopened = await store.reopen()
      await reopened.sweep()
      expect(await reopened.list()).toEqual(before)
      expect(await reopened.inspect("app:1")).toMatchObject({ config: { command: ["/bin/sh"] } })
    })

    test("a crash's leftovers are swept: half blobs, blobs and layers of no image, half written lists; a second sweep finds nothing", async () => {
      await store.load(ociArchive([image]))
      const before = store.onDisk()
      await store.content.write(Readable.from([Buffer.from("orphan")]))
      await store.snapshots.unpackLayer(blobOf(makeTar([file("x", "x")])).digest, Readable.from([makeTar([file("x", "x")])]))
      writeFileSync(join(store.place.root, "content/staging/half"), "half")
      mkdirSync(join(store.place.layers, ".tmp-half/fs"), { recursive: true })
      writeFileSync(join(store.place.root, "images/.images.json.1.2.tmp"), "{")
      const reopened = await store.reopen()
      await store.snapshots.sweep()
      await reopened.sweep()
      await reopened.sweep()
      expect(store.onDisk()).toEqual(before)
      expect(readdirSync(join(store.place.root, "images"))).toEqual(["images.json"])
      expect(await reopened.list()).toHaveLength(1)
    })

    test("a list that cannot be read is state_corrupt, and is not overwritten", async () => {
      writeFileSync(join(store.place.root, "images/images.json"), "{ damaged")
      await expect(store.reopen()).rejects.toMatchObject({ code: "state_corrupt", publicMessage: expect.stringContaining("images.json") })
      expect(readFileSync(join(store.place.root, "images/images.json"), "utf8")).toBe("{ damaged")
    })
  })

  describe("saving", () => {
    const save = async (references: string[], format: "oci" | "docker") => {
      const path = join(store.place.root, `${format}.tar`)
      await pipeline(await store.images.save(references, { format }), createWriteStream(path))
      return path
    }

    test.each(["oci", "docker"] as const)("%s: loads again as the same images with the same names, without names too", async (format) => {
      await store.load(ociArchive([image, other]))
      await store.images.tag("app:1", "ghcr.io/team/app:stable")
      const before = (await store.images.list()).map(({ id, references }) => ({ id, references }))
      const archive = readFileSync(await save([idOf(image), "other:1"], format))
      for (const { id } of before) await store.images.remove(id, { force: true })
      expect(store.onDisk().blobs).toEqual([])
      await store.load(archive)
      expect((await store.images.list()).map(({ id, references }) => ({ id, references }))).toEqual(before)
      await store.images.remove("other:1")
      await store.load(ociArchive([{ layers: other.layers }]))
      expect((await buffer(await store.images.save([idOf(other)], { format }))).length).toBeGreaterThan(1000)
    })

    test("skopeo reads both formats, the OCI one also as a docker archive, with every compression of layers", async () => {
      const zipped: TestImage = { layers: [base, top], names: ["zipped:1"], encode: (tar) => gzipSync(tar), config: { Env: ["X=1"] } }
      await store.load(ociArchive([image, other, zipped], {}))
      const names = ["app:1", "other:1", "zipped:1"]
      const oci = await save(names, "oci")
      const docker = await save(names, "docker")
      const read = (source: string) => {
        const out = join(store.place.root, `out-${Math.random()}`)
        execFileSync("skopeo", ["copy", "--quiet", source, `oci:${out}:x`])
        return JSON.parse(execFileSync("skopeo", ["inspect", "--config", `oci:${out}:x`], { encoding: "utf8" })) as {
          rootfs: { diff_ids: string[] }
        }
      }
      for (const [name, made] of [
        ["app:1", image],
        ["other:1", other],
        ["zipped:1", zipped],
      ] as const) {
        const diffIds = made.layers.map((layer) => blobOf(layer).digest)
        expect(read(`oci-archive:${oci}:docker.io/library/${name}`).rootfs.diff_ids).toEqual(diffIds)
        expect(read(`docker-archive:${docker}:${name}`).rootfs.diff_ids).toEqual(diffIds)
        expect(read(`docker-archive:${oci}:${name}`).rootfs.diff_ids).toEqual(diffIds)
      }
    })

    test("the same images give the same bytes", async () => {
      await store.load(ociArchive([image, other]))
      for (const format of ["oci", "docker"] as const) {
        const first = await buffer(await store.images.save(["app:1", "other:1"], { format }))
        expect(first.equals(await buffer(await store.images.save(["app:1", "other:1"], { format })))).toBe(true)
      }
    })

    test("an image that is removed while it is saved is saved whole, and then gone", async () => {
      await store.load(ociArchive([image]))
      const archive = await store.images.save(["app:1"], { format: "oci" })
      await store.images.remove("app:1")
      const saved = await buffer(archive)
      await store.images.sweep()
      expect(store.onDisk().blobs).toEqual([])
      expect(await store.load(saved)).toMatchObject([{ id: idOf(image) }])
    })

    test("of nothing, or of what is not here, is refused", async () => {
      await expect(store.images.save([])).rejects.toMatchObject({ code: "invalid_argument" })
      await expect(store.images.save(["none"])).rejects.toMatchObject({ code: "image_not_found" })
    })
  })

  describe("importing a root file system", () => {
    test.each([
      ["plain", (data: Buffer) => data],
      ["gzip", (data: Buffer) => gzipSync(data)],
      ["zstd", (data: Buffer) => compress(data)],
    ])("%s", async (_what, encode) => {
      const imported = await store.images.importRootfs(Readable.from([encode(base)]), {
        reference: "mine",
        config: { command: ["/base"], labels: { a: "b" } },
        comment: "by hand",
      })
      expect(imported).toMatchObject({ references: ["docker.io/library/mine:latest"], sizeBytes: 4, createdAt: Date.UTC(2026, 5, 1) })
      expect(await store.images.inspect("mine")).toMatchObject({
        config: { command: ["/base"], labels: { a: "b" }, entrypoint: [] },
        layers: [{ diffId: blobOf(base).digest }],
        history: [{ comment: "by hand", sizeBytes: 4 }],
      })
      expect(store.onDisk().staging).toEqual([])
    })

    test("one that is cut off, no tar, or climbs out is refused and leaves nothing", async () => {
      for (const [data, code] of [
        [base.subarray(0, base.length - 1024), "archive_invalid"],
        [base.subarray(0, 700), "archive_invalid"],
        [Buffer.from("x".repeat(2000)), "archive_invalid"],
        [gzipSync(base).subarray(0, 60), "archive_invalid"],
        [makeTar([file("../x", "x")]), "archive_unsafe"],
      ] as const) {
        await expect(store.images.importRootfs(Readable.from([data]), { reference: "mine" })).rejects.toMatchObject({ code })
      }
      await expect(store.images.importRootfs(Readable.from([base]), { reference: "UPPER" })).rejects.toMatchObject({
        code: "invalid_reference",
      })
      expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
    })
  })

  describe("adding a layer (commit)", () => {
    const layer = makeTar([file("committed", "c"), file(".wh.base", "")])

    test("makes a new image over the old one, which stays", async () => {
      await store.load(ociArchive([image]))
      const made = await store.images.addLayer({
        base: "app:1",
        layerTar: Readable.from([layer]),
        reference: "app:2",
        author: "me",
        comment: "note",
        createdBy: "commit",
        config: { command: ["/new"] },
      })
      expect(made).toMatchObject({ references: ["docker.io/library/app:2"], sizeBytes: 10, sharedBytes: 9 })
      expect(await store.images.inspect("app:2")).toMatchObject({
        author: "me",
        config: { command: ["/new"] },
        history: [{}, {}, { createdBy: "commit", comment: "note", sizeBytes: 1 }],
      })
      expect((await store.images.resolve("app:2"))?.diffIds).toEqual([...image.layers, layer].map((tar) => blobOf(tar).digest))
      await store.images.remove("app:1")
      for (const diffId of (await store.images.resolve("app:2"))?.diffIds ?? []) expect(await store.snapshots.hasLayer(diffId)).toBe(true)
      expect(store.changes.at(-3)).toMatchObject({ action: "commit", reference: "docker.io/library/app:2" })
    })

    test("without a name it is dangling; a stream that fails leaves nothing", async () => {
      await store.load(ociArchive([image]))
      const before = store.onDisk()
      async function* failing(): AsyncGenerator<Buffer> {
        yield layer.subarray(0, 512)
        throw new Error("container vanished")
      }
      await expect(store.images.addLayer({ base: "app:1", layerTar: Readable.from(failing()), createdBy: "x" })).rejects.toThrow(
        "container vanished",
      )
      expect(store.onDisk()).toEqual(before)
      expect((await store.images.addLayer({ base: "app:1", layerTar: Readable.from([layer]), createdBy: "x" })).references).toEqual([])
      await expect(store.images.addLayer({ base: "none", layerTar: Readable.from([layer]), createdBy: "x" })).rejects.toMatchObject({
        code: "image_not_found",
      })
    })
  })

  describe("starter image", () => {
    test("has busybox with its applets, users and a page; made twice it is the same", async () => {
      const first = await ensureStarterImage(store.images)
      expect(first.references).toEqual([starterReference])
      expect((await ensureStarterImage(store.images)).digest).toBe(first.digest)
      expect(await store.images.list()).toHaveLength(1)
      const resolved = await store.images.resolve("plimsoll/starter")
      expect(resolved?.config).toMatchObject({ command: ["/bin/sh"], environment: [expect.stringContaining("PATH=")] })
      await store.snapshots.prepare("one", resolved?.diffIds ?? [])
      const target = join(store.place.root, "mounted")
      await store.snapshots.mount("one", target, { uidBase: 400_000, gidBase: 400_000, size: 65_536 })
      try {
        expect(
          execFileSync(
            "chroot",
            ["--userspec=400000:400000", target, "/bin/sh", "-c", "id -u; ls /var/www; echo x > /tmp/y; cat /tmp/y; which vi httpd"],
            { encoding: "utf8" },
          ).split("\n"),
        ).toEqual(["400000", "index.html", "x", "/bin/vi", "/usr/sbin/httpd", ""])
      } finally {
        await store.snapshots.unmount("one", target)
      }
    })

    test("a busybox that cannot be asked for its applets leaves nothing", async () => {
      const failing = () => Promise.reject(new Error("unreachable"))
      await expect(ensureStarterImage(store.images, { spawn: failing })).rejects.toThrow("unreachable")
      expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
    })
  })
})
