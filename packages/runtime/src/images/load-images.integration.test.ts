import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { openContentStore } from "../content/content-store.js"
import { systemClock } from "../kernel/clock.js"
import { mount, unmount } from "../kernel/mount.js"
import { openOverlaySnapshotter } from "../snapshots/overlay.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { openImageStore } from "./open-image-store.js"
import {
  blobOf,
  blobPath,
  configOf,
  descriptor,
  file,
  manifestOf,
  ociArchive,
  oldDockerArchive,
  type TestImage,
} from "./testing/make-archive.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const base = makeTar([
  { name: "./", type: "directory" },
  { name: "bin/", type: "directory" },
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

describe("loading images", () => {
  let store: TestStore
  beforeEach(async () => {
    store = await makeTestStore()
  })
  afterEach(() => store.remove())

  const nothing = { blobs: [], staging: [], layers: [] }

  test("an OCI archive becomes an image with its configuration, layers and history", async () => {
    const [loaded] = await store.load(ociArchive([image]))
    expect(loaded).toMatchObject({
      id: configOf(image).digest,
      digest: manifestOf(image).manifest.digest,
      references: ["docker.io/library/app:1"],
      platform: "linux/amd64",
      sizeBytes: 17,
      sharedBytes: 0,
      labels: { k: "v" },
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    })
    const inspected = await store.images.inspect("app:1")
    expect(inspected.config).toEqual({
      user: "5:6",
      exposedPorts: ["80/tcp"],
      environment: ["A=1"],
      entrypoint: [],
      command: ["/app"],
      volumes: ["/data"],
      workingDirectory: "/w",
      labels: { k: "v" },
      stopSignal: "SIGINT",
      healthCheck: { command: ["/bin/sh", "-c", "true"], intervalMs: 5000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 },
    })
    expect(inspected.layers.map(({ diffId, unpackedBytes }) => [diffId, unpackedBytes])).toEqual([
      [blobOf(base).digest, 6],
      [blobOf(top).digest, 11],
    ])
    expect(inspected.history).toMatchObject([
      { createdBy: "step 0", sizeBytes: 6, emptyLayer: false },
      { createdBy: "step 1", sizeBytes: 11 },
    ])
    expect(await store.images.resolve("app:1")).toMatchObject({
      id: loaded?.id,
      reference: "docker.io/library/app:1",
      diffIds: [blobOf(base).digest, blobOf(top).digest],
    })
    expect(store.changes).toEqual([{ action: "load", id: loaded?.id, reference: "docker.io/library/app:1" }])
  })

  test.each([
    ["an OCI archive", (images: TestImage[]) => ociArchive(images)],
    ["an old docker save tar with links between equal layers", (images: TestImage[]) => oldDockerArchive(images)],
  ])("%s with several images loads all of them, and shares their layers", async (_what, make) => {
    const loaded = await store.load(make([image, other]))
    expect(loaded.map(({ references }) => references)).toEqual([["docker.io/library/app:1"], ["docker.io/library/other:2"]])
    expect((await store.images.list()).map(({ sharedBytes }) => sharedBytes)).toEqual([6, 6])
    expect(store.onDisk().layers).toHaveLength(2)
    expect(store.onDisk().staging).toEqual([])
  })

  const encoders = { plain: (data: Buffer) => data, gzip: (data: Buffer) => gzipSync(data), zstd: (data: Buffer) => compress(data) }
  test.each(
    Object.entries(encoders).flatMap(([outer, wrap]) =>
      Object.entries(encoders).map(([inner, encode]) => ({ outer, inner, wrap, encode })),
    ),
  )("$outer around, $inner inside", async ({ wrap, encode }) => {
    for (const archive of [ociArchive([{ ...image, encode }]), oldDockerArchive([{ ...image, encode }])]) {
      const [loaded] = await store.load(wrap(archive))
      expect(loaded?.id).toBe(configOf(image).digest)
    }
    expect(await store.images.list()).toHaveLength(1)
    expect(store.onDisk().layers).toHaveLength(2)
  })

  test("an archive that is OCI layout and docker save tar at once takes names from both", async () => {
    const config = configOf(image)
    const { blobs, manifest } = manifestOf(image)
    const archive = makeTar([
      ...blobs.map(({ digest, data }) => file(blobPath(digest), data)),
      file(
        "index.json",
        JSON.stringify({
          schemaVersion: 2,
          manifests: [
            descriptor(manifest, "application/vnd.oci.image.manifest.v1+json", {
              annotations: { "org.opencontainers.image.ref.name": "1" },
            }),
          ],
        }),
      ),
      file("manifest.json", JSON.stringify([{ Config: blobPath(config.digest), RepoTags: ["app:1", "app:one"], Layers: [] }])),
    ])
    expect((await store.load(archive))[0]?.references).toEqual(["docker.io/library/app:1", "docker.io/library/app:one"])
  })

  test("a bare tag as a name leaves the image without one", async () => {
    for (const name of ["latest", "3.19", "v2"])
      expect((await store.load(ociArchive([{ ...image, names: [name] }])))[0]?.references).toEqual([])
    expect(await store.images.list()).toMatchObject([{ references: [] }])
  })

  describe("several platforms", () => {
    const arm: TestImage = { ...image, architecture: "arm64", layers: [base] }
    const entry = (made: TestImage, architecture: string, extra: object = {}) =>
      descriptor(manifestOf(made).manifest, "application/vnd.oci.image.manifest.v1+json", {
        platform: { architecture, os: "linux" },
        ...extra,
      })
    const attestation = descriptor(manifestOf(arm).manifest, "application/vnd.oci.image.manifest.v1+json", {
      platform: { architecture: "unknown", os: "unknown" },
    })

    test("an index of an index: this host's is chosen, though the others are not in the archive", async () => {
      const inner = blobOf({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.index.v1+json",
        manifests: [entry(arm, "arm64"), entry(image, "amd64"), attestation],
      })
      const archive = ociArchive([image], {
        extra: [inner],
        manifests: [
          descriptor(inner, "application/vnd.oci.image.index.v1+json", { annotations: { "org.opencontainers.image.ref.name": "app:1" } }),
        ],
      })
      expect(await store.load(archive)).toMatchObject([{ platform: "linux/amd64", references: ["docker.io/library/app:1"] }])
    })

    test("flat in the archive's own index", async () => {
      const archive = ociArchive([image, arm], { manifests: [entry(arm, "arm64"), entry(image, "amd64")] })
      expect(await store.load(archive)).toMatchObject([{ platform: "linux/amd64" }])
    })

    test("none for this host is refused, naming what there is", async () => {
      const index = blobOf({ schemaVersion: 2, manifests: [entry(arm, "arm64"), attestation] })
      const archive = ociArchive([arm], { extra: [index], manifests: [descriptor(index, "application/vnd.oci.image.index.v1+json")] })
      await expect(store.load(archive)).rejects.toMatchObject({
        code: "unsupported",
        publicMessage: expect.stringContaining("linux/arm64"),
      })
      expect(store.onDisk()).toEqual(nothing)
    })

    test("indexes nested without end are refused", async () => {
      let inner = blobOf({ schemaVersion: 2, manifests: [entry(image, "amd64")] })
      const all = [inner]
      for (let depth = 0; depth < 8; depth++) {
        inner = blobOf({ schemaVersion: 2, manifests: [descriptor(inner, "application/vnd.oci.image.index.v1+json")] })
        all.push(inner)
      }
      await expect(
        store.load(ociArchive([image], { extra: all, manifests: [descriptor(inner, "application/vnd.oci.image.index.v1+json")] })),
      ).rejects.toMatchObject({ code: "archive_invalid" })
    })
  })

  test("a full disk is disk_full, nothing stays, and it works again when there is room", async () => {
    const small = join(store.place.root, "small")
    mkdirSync(small)
    mount({ source: "tmpfs", target: small, type: "tmpfs", data: "size=3m" })
    try {
      const content = await openContentStore(join(small, "content"))
      const snapshots = await openOverlaySnapshotter({
        layers: join(small, "layers"),
        snapshots: join(small, "snapshots"),
        idMapped: join(small, "idmapped"),
        disks: join(small, "disks"),
      })
      const images = await openImageStore({
        directory: join(small, "images"),
        content,
        snapshots,
        usage: () => [],
        clock: { ...systemClock, now: () => 0 },
        platform: { os: "linux", architecture: "amd64" },
      })
      const large: TestImage = { layers: [makeTar([file("large", Buffer.alloc(2 << 20, 7))])], encode: (tar) => tar }
      await expect(images.load(Readable.from([ociArchive([large])]))).rejects.toMatchObject({ code: "disk_full" })
      expect([
        readdirSync(join(small, "content/blobs/sha256")),
        readdirSync(join(small, "content/staging")),
        readdirSync(join(small, "layers")),
      ]).toEqual([[], [], []])
      expect(await images.load(Readable.from([ociArchive([image])]))).toHaveLength(1)
    } finally {
      unmount(small)
    }
  })

  test("a caller that gives up leaves nothing", async () => {
    const controller = new AbortController()
    async function* slow(): AsyncGenerator<Buffer> {
      const archive = ociArchive([image])
      yield archive.subarray(0, 4000)
      controller.abort()
      yield archive.subarray(4000)
    }
    await expect(store.images.load(Readable.from(slow()), { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
    expect(store.onDisk()).toEqual(nothing)
  })

  test("the same archive loaded several times at once is one image", async () => {
    const archive = ociArchive([image, other])
    await Promise.all(Array.from({ length: 5 }, () => store.load(archive)))
    expect(await store.images.list()).toHaveLength(2)
    expect(store.onDisk().layers).toHaveLength(2)
    expect(store.onDisk().staging).toEqual([])
  })

  test("unpacks to the same tree as umoci does, from an archive that skopeo made", async () => {
    const at = (name: string) => join(store.place.root, name)
    writeFileSync(at("in.tar"), oldDockerArchive([{ ...image, layers: [...image.layers, readFileSync(await busyTree(at("tree")))] }]))
    execFileSync("skopeo", ["copy", "--quiet", `docker-archive:${at("in.tar")}`, `oci-archive:${at("oci.tar")}:app:skopeo`])
    execFileSync("skopeo", ["copy", "--quiet", `docker-archive:${at("in.tar")}`, `oci:${at("oci")}:x`])
    execFileSync("umoci", ["unpack", "--image", `${at("oci")}:x`, at("bundle")])
    const [loaded] = await store.load(readFileSync(at("oci.tar")))
    expect(loaded?.references).toEqual(["docker.io/library/app:skopeo"])
    await store.snapshots.prepare("one", (await store.images.resolve("app:skopeo"))?.diffIds ?? [])
    await store.snapshots.mount("one", at("mounted"), undefined)
    try {
      const listing = (root: string) =>
        execFileSync("find", [root, "-mindepth", "1", "-printf", "%P %y %m %U:%G %T@ %l %n\\n"], { encoding: "latin1" })
          .split("\n")
          .map((line) => line.replace(/(\.\d+) /, " ").replace(/^(\S+ d .*) \d+$/, "$1"))
          .sort()
      expect(listing(at("mounted"))).toEqual(listing(join(at("bundle"), "rootfs")))
      expect(
        execFileSync(
          "diff",
          ["--recursive", "--no-dereference", "--exclude=null", "--exclude=pipe", at("mounted"), join(at("bundle"), "rootfs")],
          { encoding: "utf8" },
        ),
      ).toBe("")
    } finally {
      await store.snapshots.unmount("one", at("mounted"))
    }
  })
})

/** A tree with a bit of everything, as a tar by GNU tar. */
async function busyTree(directory: string): Promise<string> {
  mkdirSync(join(directory, "a/b/c"), { recursive: true })
  execFileSync("sh", [
    "-ec",
    'cd "$1"; echo one > a/one; ln a/one a/b/hard; ln -s ../one a/b/soft; ln -s /nowhere dangling; mkfifo pipe; mknod null c 1 3; chmod 4755 a/one; chmod 1777 a/b; chown 12:34 a/b/c; touch -d 2001-02-03T04:05:06Z a/b/c; mkdir "$(printf "%0120d" 7)"; echo long > "$(printf "%0120d" 7)/$(printf "%0150d" 8)"',
    "sh",
    directory,
  ])
  execFileSync("tar", ["--create", "--format=gnu", "--numeric-owner", `--file=${directory}.tar`, "-C", directory, "."])
  return `${directory}.tar`
}
