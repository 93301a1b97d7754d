import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import type { TransferProgress } from "../engine.js"
import { isEngineError } from "../errors.js"
import { hostileArchives } from "../snapshots/testing/hostile-archives.js"
import { encodeTarHeader } from "../spec/tar/encode-tar-header.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { blobOf, configOf, descriptor, file, manifestOf, ociArchive, type TestImage } from "./testing/make-archive.js"
import { indexType, manifestType, putImage, putIndex } from "./testing/put-image.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const base = makeTar([
  { name: "./", type: "directory" },
  { name: "base", type: "file", data: "base" },
])
const top = makeTar([file("top", "top!!")])
const gzipped: TestImage = {
  layers: [base, top],
  encode: (tar) => gzipSync(tar),
  layerMediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
}
/** Three layers that do not fit into one packet. */
const big: TestImage = { layers: [1, 2, 3].map((name) => makeTar([file(`data${name}`, randomBytes(400_000))])) }
const nothing = { blobs: [], staging: [], layers: [] }

describe("pulling", () => {
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

  const name = (text: string) => `${registry.host}/${text}`
  const blobRequests = () => registry.seen.filter(({ url }) => url.includes("/blobs/")).map(({ url }) => url.slice(url.indexOf("sha256:")))

  const compressions: [string, TestImage][] = [
    ["gzip", gzipped],
    ["zstd", { ...gzipped, encode: (tar) => compress(tar), layerMediaType: "application/vnd.oci.image.layer.v1.tar+zstd" }],
    ["plain", { layers: [base, top] }],
  ]
  test.each(compressions)("%s layers: the image is here under its name, unpacked, and an event says so", async (_what, image) => {
    const { digest, id } = putImage(registry, image)
    const pulled = await store.images.pull(name("app:1"))
    expect(pulled).toMatchObject({ id, digest, references: [name("app:1")], sizeBytes: 9, platform: "linux/amd64" })
    expect(store.changes).toEqual([{ action: "pull", id, reference: name("app:1") }])
    expect((await store.images.resolve(name("app:1")))?.diffIds).toEqual([base, top].map((tar) => blobOf(tar).digest))
    expect(store.onDisk()).toMatchObject({ staging: [], layers: [base, top].map((tar) => blobOf(tar).digest.slice(7)).sort() })
  })

  test("progress is the whole picture each time, and ends with every layer", async () => {
    putImage(registry, big)
    const told: TransferProgress[] = []
    await store.images.pull(name("app:1"), { onProgress: (progress) => told.push(structuredClone(progress)) })
    expect(told[0]).toMatchObject({ reference: name("app:1"), phase: "resolving", layers: [] })
    const last = told.at(-1)
    expect(last?.phase).toBe("finishing")
    expect(last?.layers.map(({ state }) => state)).toEqual(["done", "done", "done"])
    expect(last?.doneBytes).toBe(last?.sizeBytes)
    expect(told.some(({ layers }) => layers.some(({ state, doneBytes }) => state === "transferring" && doneBytes > 0))).toBe(true)
  })

  test("again: nothing is fetched; a name that has moved moves, and the old image stays without it", async () => {
    const first = putImage(registry, gzipped)
    await store.images.pull(name("app:1"))
    registry.seen.length = 0
    const told: TransferProgress[] = []
    await store.images.pull(name("app:1"), { onProgress: (progress) => told.push(progress) })
    expect(blobRequests()).toEqual([])
    expect(told.at(-1)?.layers.map(({ state }) => state)).toEqual(["present", "present"])
    const second = putImage(registry, { layers: [base] })
    await store.images.pull(name("app:1"))
    expect(await store.images.inspect(name("app:1"))).toMatchObject({ id: second.id })
    expect(await store.images.inspect(first.id)).toMatchObject({ references: [] })
  })

  test("by digest: found by it, also when it is an index's; not saved under it, and no archive can claim one", async () => {
    const { digest } = putIndex(registry, [{ image: gzipped, platform: { os: "linux", architecture: "amd64" } }])
    const pinned = name(`app@${digest}`)
    await store.images.pull(name(`app:1@${digest}`))
    expect(await store.images.inspect(pinned)).toMatchObject({ id: configOf(gzipped).digest, references: [pinned] })
    expect(await store.images.resolve(name(`app:1@${digest}`))).toMatchObject({ id: configOf(gzipped).digest })
    const [loaded] = await store.load(ociArchive([{ layers: [top], names: [pinned] }]))
    expect(loaded?.references).toEqual([])
    expect(await store.images.inspect(pinned)).toMatchObject({ id: configOf(gzipped).digest })
    expect(await store.images.remove(pinned)).toMatchObject({ deleted: [configOf(gzipped).digest] })
  })

  describe("of an image for several platforms", () => {
    const arm: TestImage = { layers: [top], architecture: "arm64" }

    test("takes this host's, or the one that is asked for", async () => {
      putIndex(registry, [
        { image: arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
        { image: gzipped, platform: { os: "linux", architecture: "amd64" } },
        { image: { layers: [] }, platform: { os: "unknown", architecture: "unknown" } },
      ])
      expect(await store.images.pull(name("app:1"))).toMatchObject({ id: configOf(gzipped).digest })
      expect(await store.images.pull(name("app:1"), { platform: "linux/arm64" })).toMatchObject({
        id: configOf(arm).digest,
        platform: "linux/arm64",
      })
      await expect(store.images.pull(name("app:1"), { platform: "linux/s390x" })).rejects.toMatchObject({
        code: "unsupported",
        publicMessage: expect.stringContaining("linux/arm64/v8, linux/amd64"),
      })
      await expect(store.images.pull(name("app:1"), { platform: "amd64" })).rejects.toMatchObject({ code: "invalid_argument" })
    })

    test("one without an index must be the one that is asked for", async () => {
      putImage(registry, arm)
      await expect(store.images.pull(name("app:1"), { platform: "linux/amd64" })).rejects.toMatchObject({ code: "unsupported" })
      expect(await store.images.pull(name("app:1"))).toMatchObject({ platform: "linux/arm64" })
    })
  })

  describe("what lies is refused, and nothing of it stays", () => {
    const { manifest } = manifestOf(gzipped)
    const cases: [string, () => void, string][] = [
      ["a manifest that says it is an index", () => putImage(registry, gzipped, { change: { mediaType: indexType } }), "registry_invalid"],
      [
        "an answer that says it is an index (CVE-2021-41190)",
        () => putImage(registry, gzipped, { mediaType: indexType }),
        "registry_invalid",
      ],
      ["manifest and index at once (CVE-2021-41190)", () => putImage(registry, gzipped, { change: { manifests: [] } }), "registry_invalid"],
      [
        "an index whose entry is another type than it says",
        () => {
          putImage(registry, gzipped)
          registry.addManifest("app", "1", { schemaVersion: 2, manifests: [descriptor(manifest, indexType)] }, indexType)
        },
        "registry_invalid",
      ],
      [
        "indexes without end",
        () => {
          let inner = registry.addManifest("app", "0", { schemaVersion: 2, manifests: [] }, indexType)
          for (let depth = 0; depth < 6; depth++)
            inner = registry.addManifest(
              "app",
              "1",
              { schemaVersion: 2, manifests: [{ mediaType: indexType, digest: inner, size: 1 }] },
              indexType,
            )
        },
        "registry_invalid",
      ],
      ["an empty index", () => void registry.addManifest("app", "1", { schemaVersion: 2, manifests: [] }, indexType), "unsupported"],
      [
        "an index with 1,001 entries",
        () => {
          const entry = descriptor(manifest, manifestType, { platform: { os: "linux", architecture: "amd64" } })
          registry.addManifest("app", "1", { schemaVersion: 2, manifests: Array(1001).fill(entry) }, indexType)
        },
        "registry_invalid",
      ],
      [
        "501 layers",
        () =>
          putImage(registry, gzipped, {
            change: { layers: Array(501).fill(descriptor(blobOf(base), "application/vnd.oci.image.layer.v1.tar")) },
          }),
        "registry_invalid",
      ],
      [
        "a layer of an exabyte",
        () => putImage(registry, gzipped, { change: { layers: [{ ...descriptor(blobOf(base), "x"), size: 2 ** 52 }] } }),
        "registry_invalid",
      ],
      ["a manifest of 5 MB", () => void registry.addManifest("app", "1", Buffer.alloc(5_000_000, " ")), "registry_invalid"],
      ["no JSON", () => void registry.addManifest("app", "1", Buffer.from("<html>")), "registry_invalid"],
      [
        "what is no image",
        () => putImage(registry, gzipped, { change: { config: descriptor(blobOf({}), "application/vnd.cncf.helm.config.v1+json") } }),
        "unsupported",
      ],
      ["fewer layers than the configuration names", () => putImage(registry, gzipped, { change: { layers: [] } }), "registry_invalid"],
      ["a layer that is missing", () => void registry.blobs.delete(putImage(registry, gzipped).layers[1] ?? "sha256:"), "registry_invalid"],
      [
        "a layer that is not what its digest says",
        () => {
          const { layers } = putImage(registry, gzipped)
          const digest = layers[1] ?? "sha256:"
          registry.blobs.set(digest, Buffer.alloc(registry.blobs.get(digest)?.length ?? 0, 1))
        },
        "digest_mismatch",
      ],
      [
        "a layer that is not what the configuration says",
        () => {
          const lying = blobOf({
            ...(JSON.parse(configOf(gzipped).data.toString()) as object),
            rootfs: { diff_ids: [blobOf(base).digest, blobOf("x").digest] },
          })
          registry.addBlob(lying.data)
          putImage(registry, gzipped, { change: { config: descriptor(lying, "application/vnd.oci.image.config.v1+json") } })
        },
        "digest_mismatch",
      ],
      ["a layer that is no tar", () => putImage(registry, { layers: [Buffer.from("x".repeat(5000))] }), "archive_invalid"],
      [
        "a layer that is cut off",
        () => putImage(registry, { layers: [makeTar([file("a", "a".repeat(2000))]).subarray(0, 1500)] }),
        "archive_invalid",
      ],
    ]
    test.each(cases)("%s", async (_what, put, code) => {
      put()
      await expect(store.images.pull(name("app:1"))).rejects.toMatchObject({ code })
      expect(store.onDisk()).toEqual(nothing)
      expect(await store.images.list()).toEqual([])
      expect(store.changes).toEqual([])
    })

    test("bombs: a sparse file of a terabyte, and a file that says it is one", async () => {
      execFileSync("truncate", ["--size=1T", join(store.place.root, "hole")])
      const tar = ["--create", "--sparse", "--format=posix", "--file=-", "-C", store.place.root, "hole"]
      const sparse = execFileSync("tar", tar, { encoding: "buffer" })
      const claim = encodeTarHeader({ name: Buffer.from("a"), type: "file", mode: 0o644, dataBytes: 2 ** 40 })
      for (const layer of [sparse, Buffer.concat([claim, Buffer.alloc(4096)])]) {
        putImage(registry, { ...gzipped, layers: [layer] })
        await expect(store.images.pull(name("app:1"))).rejects.toMatchObject({ code: "archive_unsafe" })
        expect(store.onDisk()).toEqual(nothing)
      }
    })

    test("a layer that is cut off at any block, with digests that fit, is refused or is what it says, and nothing stays of it", async () => {
      const whole = makeTar([
        { name: "a/", type: "directory" },
        { name: "n".repeat(150), type: "file", data: "x".repeat(1500) },
        { name: "link", type: "symlink", linkName: "a" },
      ])
      const outcomes = new Set<string>()
      for (let length = 512; length < whole.length; length += 512) {
        putImage(registry, { layers: [whole.subarray(0, length)] })
        const outcome = await store.images.pull(name("app:1")).then(
          ({ id }) => store.images.remove(id).then(() => "kept"),
          (error: unknown) => (isEngineError(error) ? error.code : "no engine error"),
        )
        outcomes.add(outcome)
        expect(store.onDisk(), `cut at ${length}`).toEqual(nothing)
      }
      expect([...outcomes].sort()).toEqual(["archive_invalid", "kept"])
    })

    test("layers that climb out: the canary is untouched", async () => {
      const before = store.place.canaryState()
      for (const hostile of hostileArchives(store.place.canary)) {
        putImage(registry, { layers: [hostile.tar] })
        const outcome = await store.images.pull(name("app:1")).then(
          ({ id }) => store.images.remove(id).then(() => undefined),
          (error: unknown) => error,
        )
        if (hostile.refused === undefined) expect(outcome, hostile.what).toBeUndefined()
        else expect(outcome, hostile.what).toMatchObject({ code: hostile.refused })
        expect(store.onDisk(), hostile.what).toEqual(nothing)
      }
      expect(store.place.canaryState()).toBe(before)
    })
  })

  describe("a line that breaks", () => {
    /** Sends half of each blob, once, then breaks off; afterwards, when `silent`, never answers for blobs again. */
    const breakOff = (digest: string, { silent }: { silent: boolean }) => {
      let broken = false
      registry.intercept = (request, response) => {
        if (request.url?.endsWith(digest) !== true) return false
        if (broken && !silent) return false
        const data = registry.blobs.get(digest as `sha256:${string}`) ?? Buffer.alloc(0)
        if (!broken)
          response
            .writeHead(200, { "content-length": data.length })
            .write(data.subarray(0, data.length / 2), () => request.socket.destroy())
        else request.socket.destroy()
        broken = true
        return true
      }
    }

    test("is taken up where it broke", async () => {
      const { layers } = putImage(registry, big)
      breakOff(layers[1] ?? "", { silent: false })
      await store.images.pull(name("app:1"))
      const ranges = registry.seen.flatMap(({ range }) => (range === undefined ? [] : [range]))
      expect(ranges).toHaveLength(1)
      expect(Number(/=(\d+)-/.exec(ranges[0] ?? "")?.[1])).toBeGreaterThan(0)
      expect(store.onDisk().staging).toEqual([])
    })

    test("for good: no layer is left unpacked, and another pull fetches only what had not come", async () => {
      const { layers } = putImage(registry, big)
      breakOff(layers[2] ?? "", { silent: true })
      await expect(store.images.pull(name("app:1"))).rejects.toMatchObject({ code: "registry_unavailable" })
      expect(store.onDisk().layers).toEqual([])
      expect(await store.images.list()).toEqual([])
      const had = store.onDisk().blobs.map((hex) => `sha256:${hex}`)
      registry.intercept = () => false
      registry.seen.length = 0
      await store.images.pull(name("app:1"))
      for (const digest of had) expect(blobRequests()).not.toContain(digest)
      expect(registry.seen.find(({ url }) => url.endsWith(layers[2] ?? ""))?.range).toMatch(/^bytes=[1-9]/)
      expect(store.onDisk().staging).toEqual([])
    })

    test("for good, then a restart: nothing of it is left", async () => {
      const { layers } = putImage(registry, big)
      breakOff(layers[2] ?? "", { silent: true })
      await expect(store.images.pull(name("app:1"))).rejects.toMatchObject({ code: "registry_unavailable" })
      expect(store.onDisk()).not.toEqual(nothing)
      await (await store.reopen()).sweep()
      expect(store.onDisk()).toEqual(nothing)
    })
  })

  test("given up in the middle of a layer: aborted, and nothing of it is left", async () => {
    const { layers } = putImage(registry, big)
    const controller = new AbortController()
    registry.intercept = (request, response) => {
      if (request.url?.endsWith(layers[1] ?? "") !== true) return false
      response.writeHead(200, { "content-length": 401_920 }).write(Buffer.alloc(1000), () => controller.abort())
      return true
    }
    await expect(store.images.pull(name("app:1"), { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
    expect(store.onDisk()).toEqual(nothing)
    expect(store.changes).toEqual([])
  })

  test("the engine closes in the middle: aborted, and nothing of it is left", async () => {
    const { layers } = putImage(registry, big)
    registry.intercept = (request, response) => {
      if (request.url?.endsWith(layers[1] ?? "") !== true) return false
      response.writeHead(200, { "content-length": blobOf(big.layers[1] ?? "").data.length }).write(Buffer.alloc(1000))
      return true
    }
    const pulling = store.images.pull(name("app:1")).catch((error: unknown) => error)
    await expect.poll(() => store.onDisk().layers.filter((entry) => !entry.startsWith(".")).length, { timeout: 20_000 }).toBe(2)
    await store.images.close()
    expect(store.onDisk()).toEqual(nothing)
    expect(await pulling).toMatchObject({ code: "aborted" })
    await expect(store.images.pull(name("app:1"))).rejects.toMatchObject({ code: "aborted" })
  })

  describe("several at the same time", () => {
    test("of one image: every blob is fetched once", async () => {
      putImage(registry, big)
      const pulled = await Promise.all(Array.from({ length: 4 }, () => store.images.pull(name("app:1"))))
      expect(new Set(pulled.map(({ id }) => id)).size).toBe(1)
      expect(blobRequests().sort()).toEqual([...new Set(blobRequests())].sort())
    })

    test("one that gives up does not take the other's download with it", async () => {
      const { layers } = putImage(registry, big)
      const controller = new AbortController()
      let waiting: (() => void) | undefined
      const release = new Promise<void>((resolve) => {
        waiting = resolve
      })
      registry.intercept = async (request) => {
        if (request.url?.endsWith(layers[0] ?? "") === true) await release
        return false
      }
      const first = store.images.pull(name("app:1"), { signal: controller.signal })
      await expect.poll(() => registry.seen.some(({ url }) => url.endsWith(layers[0] ?? ""))).toBe(true)
      const told: TransferProgress[] = []
      const second = store.images.pull(name("app:1"), { onProgress: (progress) => told.push(progress) })
      const here = () => told.at(-1)?.layers.filter(({ state }) => state === "done" || state === "present").length
      await expect.poll(here, { timeout: 20_000 }).toBe(2)
      controller.abort()
      await expect(first).rejects.toMatchObject({ code: "aborted" })
      waiting?.()
      await second
      expect(blobRequests().filter((digest) => digest === layers[0])).toHaveLength(1)
      expect(store.onDisk().layers).toHaveLength(3)
    })

    test("pulling, loading, removing and collecting never leave an image without its layers", async () => {
      putImage(registry, gzipped)
      const archive = ociArchive([{ ...gzipped, names: [name("app:1")] }])
      for (let round = 0; round < 15; round++) {
        await Promise.all([
          store.images.pull(name("app:1")),
          store.load(archive),
          store.images.remove(name("app:1")).catch((error: unknown) => expect(error).toMatchObject({ code: "image_not_found" })),
          store.images.collectGarbage({ graceMs: 0 }),
        ])
        const resolved = await store.images.resolve(name("app:1"))
        for (const diffId of resolved?.diffIds ?? []) expect(await store.snapshots.hasLayer(diffId)).toBe(true)
      }
      for (const { id } of await store.images.list()) await store.images.remove(id, { force: true })
      expect(store.onDisk()).toEqual(nothing)
    })
  })

  test("pushing what was pulled gives the same bytes, and layers of another repository there are mounted", async () => {
    const { digest, layers } = putImage(registry, gzipped)
    await store.images.pull(name("app:1"))
    registry.seen.length = 0
    expect(await store.images.push(name("app:1"), { to: name("copy:2") })).toEqual({ digest })
    expect(registry.manifests.get("copy:2")?.bytes.equals(registry.manifests.get("app:1")?.bytes ?? Buffer.alloc(0))).toBe(true)
    // The fake has one place for the blobs of all repositories.
    expect(registry.seen.filter(({ method }) => method === "HEAD")).toHaveLength(3)
    for (const layer of layers) registry.blobs.delete(layer)
    expect(await store.images.push(name("app:1"), { to: name("copy:3") })).toEqual({ digest })
    for (const layer of layers) expect(registry.blobs.has(layer)).toBe(true)
    expect(store.changes.slice(1).map(({ action, reference }) => [action, reference])).toEqual([
      ["push", name("copy:2")],
      ["push", name("copy:3")],
    ])
    await expect(store.images.push(configOf(gzipped).digest)).rejects.toMatchObject({ code: "invalid_argument" })
    await expect(store.images.push("none")).rejects.toMatchObject({ code: "image_not_found" })
    await expect(store.images.push(name("app:1"), { to: name(`app@${digest}`) })).rejects.toMatchObject({ code: "invalid_reference" })
  })

  test("a half blob that a killed process left is swept at the next start", async () => {
    writeFileSync(join(store.place.root, `content/staging/partial-${blobOf(base).digest.slice(7)}`), base.subarray(0, 100))
    await (await store.reopen()).sweep()
    expect(store.onDisk()).toEqual(nothing)
  })
})
