import { inspect } from "node:util"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { isEngineError } from "../errors.js"
import { hostileArchives } from "../snapshots/testing/hostile-archives.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { blobOf, configOf, descriptor, file, manifestOf, ociArchive, oldDockerArchive, type TestImage } from "./testing/make-archive.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const base = makeTar([
  { name: "./", type: "directory" },
  { name: "bin/sh", type: "file", mode: 0o755, data: "shell" },
  { name: "gone", type: "file", data: "g" },
])
const top = makeTar([
  { name: "app", type: "file", data: "application" },
  { name: ".wh.gone", type: "file" },
])
const image: TestImage = {
  layers: [base, top],
  names: ["docker.io/library/app:1"],
  config: {
    Cmd: ["/app"],
    Env: ["A=1"],
    User: "5:6",
    ExposedPorts: { "80/tcp": {} },
    Volumes: { "/data": {} },
    Labels: { k: "v" },
    StopSignal: "SIGINT",
    WorkingDir: "/w",
    Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 5_000_000_000 },
  },
}
const other: TestImage = { layers: [base], names: ["docker.io/library/other:2"] }

describe("what lies, is damaged or cut off is refused whole, and nothing of it stays", () => {
  let store: TestStore
  beforeEach(async () => {
    store = await makeTestStore()
  })
  afterEach(() => store.remove())

  const nothing = { blobs: [], staging: [], layers: [] }
  const config = configOf(image)
  const manifest = manifestOf(image).manifest
  const layer = blobOf(top)
  const withManifest = (change: object) => {
    const changed = manifestOf(image, change)
    return ociArchive([image], {
      extra: changed.blobs,
      manifests: [descriptor(changed.manifest, "application/vnd.oci.image.manifest.v1+json")],
    })
  }
  const lyingConfig = (change: object) => {
    const lying = blobOf({ ...(JSON.parse(config.data.toString()) as object), ...change })
    const changed = manifestOf(image, { config: descriptor(lying, "application/vnd.oci.image.config.v1+json") })
    return ociArchive([image], {
      extra: [lying, changed.manifest],
      manifests: [descriptor(changed.manifest, "application/vnd.oci.image.manifest.v1+json")],
    })
  }
  const cases: [string, Buffer, string][] = [
    [
      "a layer that is not what its digest says",
      ociArchive([image], { replace: new Map([[layer.digest, Buffer.from(layer.data).fill(1, 512, 520)]]) }),
      "digest_mismatch",
    ],
    [
      "a configuration that is not what its digest says",
      ociArchive([image], { replace: new Map([[config.digest, Buffer.from("{}")]]) }),
      "digest_mismatch",
    ],
    [
      "a layer that is not what the configuration's diffId says",
      lyingConfig({ rootfs: { type: "layers", diff_ids: [blobOf(base).digest, blobOf("other").digest] } }),
      "digest_mismatch",
    ],
    ["a missing layer", ociArchive([image], { drop: [layer.digest] }), "archive_invalid"],
    ["a missing configuration", ociArchive([image], { drop: [config.digest] }), "archive_invalid"],
    ["a missing manifest", ociArchive([image], { drop: [manifest.digest] }), "archive_invalid"],
    ["a wrong size", withManifest({ layers: [descriptor(blobOf(base), "x"), { ...descriptor(layer, "x"), size: 5 }] }), "archive_invalid"],
    ["fewer layers than the configuration names", withManifest({ layers: [descriptor(blobOf(base), "x")] }), "archive_invalid"],
    ["manifest and index at once (CVE-2021-41190)", withManifest({ manifests: [] }), "archive_invalid"],
    ["a manifest that says it is an index", withManifest({ mediaType: "application/vnd.oci.image.index.v1+json" }), "archive_invalid"],
    [
      "a digest of another algorithm",
      withManifest({ config: { mediaType: "x", digest: `md5:${"0".repeat(32)}`, size: 1 } }),
      "archive_invalid",
    ],
    [
      "a digest that is a path",
      withManifest({ config: { mediaType: "x", digest: "sha256:../../../etc/passwd", size: 1 } }),
      "archive_invalid",
    ],
    ["a configuration without rootfs", lyingConfig({ rootfs: undefined }), "archive_invalid"],
    ["a configuration of wrong types", lyingConfig({ config: { Env: "A=1" } }), "archive_invalid"],
    ["no JSON", makeTar([file("oci-layout", "{}"), file("index.json", "{")]), "archive_invalid"],
    ["no image at all", makeTar([file("index.json", JSON.stringify({ schemaVersion: 2, manifests: [] }))]), "archive_invalid"],
    ["a root file system instead of an image", base, "archive_invalid"],
    [
      "docker: a configuration that is missing",
      makeTar([file("manifest.json", '[{"Config":"none.json","RepoTags":null,"Layers":[]}]')]),
      "archive_invalid",
    ],
    [
      "docker: a path out of the archive",
      makeTar([file("manifest.json", '[{"Config":"../../../etc/passwd","RepoTags":null,"Layers":[]}]')]),
      "archive_invalid",
    ],
    [
      "docker: links in a circle",
      makeTar([
        file("manifest.json", '[{"Config":"a","RepoTags":null,"Layers":[]}]'),
        { name: "a", type: "symlink", linkName: "b" },
        { name: "b", type: "symlink", linkName: "a" },
      ]),
      "archive_invalid",
    ],
    ["docker: a malformed name", oldDockerArchive([{ ...image, names: ["UPPER:x"] }]), "invalid_reference"],
    ["an entry outside of the archive", makeTar([file("../evil", "x")]), "archive_unsafe"],
    ["an absolute entry", makeTar([file("/evil", "x")]), "archive_unsafe"],
    ["a document of 5 MB", makeTar([file("index.json", " ".repeat(5_000_000))]), "archive_unsafe"],
    ["a device in the archive", makeTar([{ name: "x", type: "character-device" }]), "archive_invalid"],
    ["nothing", Buffer.alloc(0), "archive_invalid"],
    ["text", Buffer.from("hello ".repeat(1000)), "archive_invalid"],
    ["gzip that is cut off", gzipSync(ociArchive([image])).subarray(0, 400), "archive_invalid"],
    ["zstd that is cut off", compress(ociArchive([image])).subarray(0, 400), "archive_invalid"],
  ]
  test.each(cases)("%s", async (_what, archive, code) => {
    await expect(store.load(archive)).rejects.toMatchObject({ code })
    expect(store.onDisk()).toEqual(nothing)
    expect(await store.images.list()).toEqual([])
    expect(store.changes).toEqual([])
  })

  test("one bad image among good ones: none is kept, and those that were here stay", async () => {
    await store.load(ociArchive([other]))
    const before = store.onDisk()
    await expect(store.load(ociArchive([other, image], { drop: [layer.digest] }))).rejects.toMatchObject({ code: "archive_invalid" })
    expect(store.onDisk()).toEqual(before)
    expect(await store.images.list()).toHaveLength(1)
  })

  test("cut off anywhere", async () => {
    const archive = ociArchive([image])
    for (let length = 300; length < archive.length - 1024; length += 701) {
      await expect(store.load(archive.subarray(0, length)), `at ${length}`).rejects.toMatchObject({ code: "archive_invalid" })
    }
    expect(store.onDisk()).toEqual(nothing)
  })

  test("layers that climb out: the canary is untouched", async () => {
    const before = store.place.canaryState()
    for (const hostile of hostileArchives(store.place.canary)) {
      const outcome = await store.load(ociArchive([{ layers: [hostile.tar] }])).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (hostile.refused === undefined) expect(outcome, hostile.what).toBeUndefined()
      else expect(outcome, hostile.what).toMatchObject({ code: hostile.refused })
    }
    expect(store.place.canaryState()).toBe(before)
    for (const { id } of await store.images.list()) await store.images.remove(id)
    expect(store.onDisk()).toEqual(nothing)
  })

  test("random damage ends in an image or an engine error, and leaves no staged files", async () => {
    const archive = ociArchive([image])
    let state = 11
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state % below
    }
    for (let round = 0; round < 150; round++) {
      const damaged = Buffer.from(archive)
      // Most of it in documents: that is where parsing happens.
      for (let flips = 0; flips < 3; flips++) damaged[random(archive.length)] = random(256)
      const outcome = await store.load(damaged).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (outcome !== undefined) expect(isEngineError(outcome), inspect(outcome)).toBe(true)
    }
    expect(store.onDisk().staging).toEqual([])
  })

  test("damage to documents whose digests fit ends in an image or archive_invalid", async () => {
    const text = configOf(image).data.toString()
    let state = 5
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state % below
    }
    const tokens = ["null", "1", "-1", "[]", "{}", '""', "true", '"x"', "1e999", '{"__proto__":{"a":1}}']
    for (let round = 0; round < 150; round++) {
      const values = [...text.matchAll(/(?<=[:[,])("[^"]*"|\[\]|\{\})/g)]
      const chosen = values[random(values.length)]
      const changed =
        chosen === undefined
          ? text
          : text.slice(0, chosen.index) + tokens[random(tokens.length)] + text.slice(chosen.index + chosen[0].length)
      const lying = blobOf(changed)
      const { manifest: fitting } = manifestOf(image, { config: descriptor(lying, "application/vnd.oci.image.config.v1+json") })
      const archiveOf = ociArchive([image], {
        extra: [lying, fitting],
        manifests: [descriptor(fitting, "application/vnd.oci.image.manifest.v1+json")],
      })
      const outcome = await store.load(archiveOf).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (outcome !== undefined) expect(isEngineError(outcome), `${inspect(outcome)}: ${changed}`).toBe(true)
    }
  })
})
