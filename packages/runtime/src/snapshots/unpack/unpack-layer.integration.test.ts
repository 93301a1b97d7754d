import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { deviceNumber, getAttribute } from "../../kernel/file-calls.js"
import { mount, unmount } from "../../kernel/mount.js"
import { digestOfHex } from "../../spec/digest.js"
import { makeTar } from "../../spec/tar/make-tar.js"
import { LayerStore } from "../layers/layer-store.js"
import { isOpaque, isWhiteout } from "../overlay-marks.js"
import { hostileArchives } from "../testing/hostile-archives.js"
import { makeTestDirectories, type TestDirectories } from "../testing/test-directories.js"

const diffIdOf = (tar: Buffer) => digestOfHex(createHash("sha256").update(tar).digest("hex"))

describe("unpacking a layer", () => {
  let place: TestDirectories
  let store: LayerStore
  beforeEach(async () => {
    place = makeTestDirectories()
    store = new LayerStore(place.layers)
    await store.prepare()
  })
  afterEach(() => place.remove())

  const unpack = (tar: Buffer) => store.unpack(diffIdOf(tar), Readable.from([tar]))
  const treeOf = (tar: Buffer) => join(place.layers, LayerStore.treeOf(diffIdOf(tar)))

  test("keeps owners, modes, times, links, devices, attributes and names that are no UTF-8", async () => {
    const capability = Buffer.from([1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    const tar = makeTar([
      { name: "./", type: "directory", mode: 0o711, uid: 7, gid: 8 },
      { name: "dir/", type: "directory", mode: 0o2750, uid: 100, gid: 200, modifiedNs: 1_600_000_000_000_000_000n },
      { name: "dir/file", type: "file", mode: 0o4755, uid: 1000, gid: 1001, data: "content", modifiedNs: 1_500_000_000_000_000_000n },
      { name: "dir/hard", type: "hard-link", linkName: "dir/file" },
      { name: "dir/absolute", type: "hard-link", linkName: "/dir/file" },
      { name: "link", type: "symlink", linkName: "/etc/../anywhere", uid: 5, gid: 6, modifiedNs: 1_400_000_000_000_000_000n },
      { name: "null", type: "character-device", mode: 0o666, deviceMajor: 1, deviceMinor: 3 },
      { name: "pipe", type: "fifo", mode: 0o622 },
      {
        name: "capable",
        type: "file",
        mode: 0o755,
        uid: 3,
        data: "x",
        attributes: new Map([
          ["security.capability", capability],
          ["user.note", Buffer.from([0, 255, 10])],
          ["trusted.overlay.opaque", Buffer.from("y")],
        ]),
      },
      { name: Buffer.from([0x6c, 0xe9]), type: "file", data: "latin1" },
    ])
    const record = await unpack(tar)
    const tree = treeOf(tar)
    expect(record).toMatchObject({ sizeBytes: 14, entries: 10, hasRootEntry: true, tarBytes: tar.length })
    expect(lstatSync(tree)).toMatchObject({ uid: 7, gid: 8, mode: 0o40711 })
    expect(lstatSync(join(tree, "dir"))).toMatchObject({ uid: 100, gid: 200, mode: 0o42750, mtimeMs: 1_600_000_000_000 })
    expect(lstatSync(join(tree, "dir/file"))).toMatchObject({ uid: 1000, gid: 1001, mode: 0o104755, nlink: 3, mtimeMs: 1_500_000_000_000 })
    expect(lstatSync(join(tree, "link"))).toMatchObject({ uid: 5, gid: 6, mtimeMs: 1_400_000_000_000 })
    expect(readlinkSync(join(tree, "link"))).toBe("/etc/../anywhere")
    expect(deviceNumber(lstatSync(join(tree, "null")).rdev)).toEqual({ major: 1, minor: 3 })
    expect(lstatSync(join(tree, "pipe")).isFIFO()).toBe(true)
    expect(getAttribute(join(tree, "capable"), "security.capability")).toEqual(capability)
    expect(getAttribute(join(tree, "capable"), "user.note")).toEqual(Buffer.from([0, 255, 10]))
    expect(getAttribute(join(tree, "capable"), "trusted.overlay.opaque")).toBeUndefined()
    expect(readFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x6c, 0xe9])]), "utf8")).toBe("latin1")
  })

  test("later entries win, and directories become what their last entry says", async () => {
    const tar = makeTar([
      { name: "a", type: "file", data: "old" },
      { name: "a", type: "file", data: "new" },
      { name: "b/deep/file", type: "file", data: "x" },
      { name: "b", type: "file", data: "now a file" },
      { name: "c", type: "file" },
      { name: "c/", type: "directory", mode: 0o700 },
      { name: "c/in", type: "file" },
    ])
    await unpack(tar)
    expect(readFileSync(join(treeOf(tar), "a"), "utf8")).toBe("new")
    expect(readFileSync(join(treeOf(tar), "b"), "utf8")).toBe("now a file")
    expect(readdirSync(join(treeOf(tar), "c"))).toEqual(["in"])
  })

  test("whiteouts and opaque directories take overlayfs's form, in whichever order they come", async () => {
    const tar = makeTar([
      { name: "dir/.wh.gone", type: "file" },
      { name: "opaque/.wh..wh..opq", type: "file" },
      { name: "opaque/kept", type: "file" },
      { name: ".wh.replaced", type: "file" },
      { name: "replaced/", type: "directory" },
      { name: "replaced/new", type: "file" },
      { name: "later/", type: "directory" },
      { name: "later/new", type: "file" },
      { name: ".wh.later", type: "file" },
      { name: ".wh.file", type: "file" },
      { name: "file", type: "file", data: "wins" },
      { name: ".wh..wh.plnk", type: "directory" },
    ])
    await unpack(tar)
    const at = (name: string) => join(treeOf(tar), name)
    expect(isWhiteout(lstatSync(at("dir/gone")))).toBe(true)
    expect([isOpaque(at("opaque")), isOpaque(at("replaced")), isOpaque(at("later")), isOpaque(at("dir"))]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(readFileSync(at("file"), "utf8")).toBe("wins")
    expect(readdirSync(treeOf(tar)).sort()).toEqual(["dir", "file", "later", "opaque", "replaced"])
  })

  test("a sparse file keeps its holes", async () => {
    const source = join(place.root, "source")
    mkdirSync(source)
    execFileSync("truncate", ["--size=200M", join(source, "sparse")])
    execFileSync("dd", [`of=${join(source, "sparse")}`, "bs=1M", "seek=100", "conv=notrunc", "status=none"], { input: "middle" })
    const tar = execFileSync("tar", ["--create", "--sparse", "--format=gnu", "--file=-", "-C", source, "."], { maxBuffer: 1 << 26 })
    await unpack(tar)
    const stats = statSync(join(treeOf(tar), "sparse"))
    expect(stats.size).toBe(200 * 2 ** 20)
    expect(stats.blocks * 512).toBeLessThan(2 ** 20)
    expect(execFileSync("cmp", [join(source, "sparse"), join(treeOf(tar), "sparse")], { encoding: "utf8" })).toBe("")
  })

  test("a layer that is there is not read again, and two at once make one", async () => {
    const tar = makeTar([{ name: "a", type: "file", data: "x".repeat(100_000) }])
    const results = await Promise.all(Array.from({ length: 4 }, () => unpack(tar)))
    expect(new Set(results.map(({ sizeBytes }) => sizeBytes))).toEqual(new Set([100_000]))
    const untouched = new Readable({ read: () => expect.unreachable("the layer was read again") })
    expect(await store.unpack(diffIdOf(tar), untouched)).toMatchObject({ sizeBytes: 100_000 })
    expect(readdirSync(place.layers)).toHaveLength(1)
  })

  test("a lie about the digest leaves nothing", async () => {
    const tar = makeTar([{ name: "a", type: "file" }])
    await expect(store.unpack(diffIdOf(Buffer.from("other")), Readable.from([tar]))).rejects.toMatchObject({ code: "digest_mismatch" })
    expect(readdirSync(place.layers)).toEqual([])
  })

  test("an archive that is cut off leaves nothing", async () => {
    const tar = makeTar([{ name: "a/b", type: "file", data: "x".repeat(5000) }])
    await expect(unpack(tar.subarray(0, 3000))).rejects.toMatchObject({ code: "archive_invalid" })
    expect(readdirSync(place.layers)).toEqual([])
  })

  test("too many entries and too many bytes are refused, also where a sparse file only claims them", async () => {
    const bounded = new LayerStore(place.layers, { maximumEntries: 10, maximumBytes: 10_000 })
    const many = makeTar(Array.from({ length: 11 }, (_, index) => ({ name: `f${index}`, type: "file" as const })))
    const large = makeTar([
      { name: "a", type: "file", data: "x".repeat(6000) },
      { name: "b", type: "file", data: "x".repeat(6000) },
    ])
    for (const tar of [many, large])
      await expect(bounded.unpack(diffIdOf(tar), Readable.from([tar]))).rejects.toMatchObject({ code: "archive_unsafe" })
    expect(readdirSync(place.layers)).toEqual([])
  })

  test("a directory that a file replaced is forgotten with all that was in it, and may come back", async () => {
    const modifiedNs = 1_600_000_000_000_000_000n
    const tar = makeTar([
      { name: "dir/", type: "directory", modifiedNs },
      { name: "dir/sub/deep/", type: "directory", modifiedNs },
      { name: "dir", type: "file" },
      { name: "dir/", type: "directory", modifiedNs: 2n * modifiedNs },
      { name: "dir/sub", type: "file" },
    ])
    await unpack(tar)
    expect(lstatSync(join(treeOf(tar), "dir")).mtimeMs).toBe(3_200_000_000_000)
    expect(lstatSync(join(treeOf(tar), "dir/sub")).isFile()).toBe(true)
  })

  test("a full disk is disk_full and leaves nothing", async () => {
    const small = join(place.root, "small")
    mkdirSync(small)
    mount({ source: "tmpfs", target: small, type: "tmpfs", data: "size=2m" })
    try {
      const full = new LayerStore(join(small, "layers"))
      await full.prepare()
      const tar = makeTar([{ name: "a", type: "file", data: Buffer.alloc(4 << 20, 1) }])
      await expect(full.unpack(diffIdOf(tar), Readable.from([tar]))).rejects.toMatchObject({ code: "disk_full" })
      expect(readdirSync(full.directory)).toEqual([])
    } finally {
      unmount(small)
    }
  })

  test("sweeping removes what crashes left, also from the middle of a removal", async () => {
    const tar = makeTar([{ name: "a", type: "file" }])
    await unpack(tar)
    mkdirSync(join(place.layers, ".tmp-0123456789ab-cafe", "fs"), { recursive: true })
    writeFileSync(join(place.layers, ".tmp-0123456789ab-cafe", "fs", "half"), "x")
    await store.sweep()
    expect(readdirSync(place.layers)).toHaveLength(1)
    await store.remove(diffIdOf(tar))
    await store.remove(diffIdOf(tar))
    expect(readdirSync(place.layers)).toEqual([])
    expect(await store.find(diffIdOf(tar))).toBeUndefined()
  })

  describe("hostile archives", () => {
    const names = hostileArchives("/canary").map(({ what }) => what)

    test.each(names)("%s", async (what) => {
      const hostile = hostileArchives(place.canary).find((candidate) => candidate.what === what)
      if (hostile === undefined) return expect.unreachable("no such archive")
      const before = place.canaryState()
      if (hostile.refused === undefined) {
        await unpack(hostile.tar)
      } else {
        await expect(unpack(hostile.tar)).rejects.toMatchObject({ code: hostile.refused })
        expect(readdirSync(place.layers)).toEqual([])
      }
      expect(place.canaryState()).toBe(before)
    })
  })
})
