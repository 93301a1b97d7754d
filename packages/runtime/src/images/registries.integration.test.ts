import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { compress } from "zstd-napi"
import { type DockerRegistry, startDockerRegistry } from "../conformance/docker-registry.js"
import { findTool } from "../kernel/find-tool.js"
import { makeTestDirectories, type TestDirectories } from "../snapshots/testing/test-directories.js"
import { makeTar } from "../spec/tar/make-tar.js"
import { makeBusyTar, treeOf } from "./testing/busy-tree.js"
import { blobOf, configOf, descriptor, file, manifestOf, ociArchive, type TestImage } from "./testing/make-archive.js"
import { makeTestStore, type TestStore } from "./testing/test-store.js"

const missing = ["docker-registry", "skopeo", "umoci"].filter((tool) => findTool(tool) === undefined)
const title = `Debian's docker-registry${missing.length === 0 ? "" : ` (skipped: ${missing.join(", ")} not installed)`}`

const base = makeTar([
  { name: "./", type: "directory" },
  { name: "base", type: "file", data: "base" },
])
/** The second layer is sent in chunks. */
const image: TestImage = { layers: [base, makeTar([file("large", randomBytes(20 << 20))])], names: ["app:1"], config: { Cmd: ["/base"] } }

describe.skipIf(missing.length > 0)(title, () => {
  let place: TestDirectories
  let registry: DockerRegistry
  let store: TestStore
  beforeAll(async () => {
    place = makeTestDirectories()
    registry = await startDockerRegistry(join(place.root, "registry"))
  })
  afterAll(async () => {
    await registry.stop()
    place.remove()
  })
  beforeEach(async () => {
    store = await makeTestStore()
  })
  afterEach(() => store.remove())

  const name = (text: string) => `${registry.host}/${text}`
  const at = (text: string) => join(store.place.root, text)
  const skopeo = (command: "copy" | "inspect", ...args: string[]) =>
    execFileSync("skopeo", [command, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
  const copy = (from: string, to: string, ...args: string[]) => skopeo("copy", "--quiet", ...loginsOf(from, to), ...args, from, to)
  const loginsOf = (from: string, to: string) => [...loginOf("src", from), ...loginOf("dest", to)]
  const loginOf = (side: string, address: string) =>
    address.startsWith("docker://") ? [`--${side}-creds=ada:secret`, `--${side}-tls-verify=false`] : []
  const digestThere = (text: string) =>
    skopeo("inspect", "--tls-verify=false", "--creds=ada:secret", "--format={{.Digest}}", `docker://${name(text)}`).trim()

  test("wants its credentials: without them, or with wrong ones, it is registry_refused", async () => {
    await store.load(ociArchive([image]))
    const { credentials } = registry
    for (const wrong of [{}, { credentials: { ...credentials, password: "no" } }]) {
      await expect(store.images.pull(name("app:1"), wrong)).rejects.toMatchObject({ code: "registry_refused" })
      await expect(store.images.push("app:1", { to: name("refused:1"), ...wrong })).rejects.toMatchObject({ code: "registry_refused" })
    }
    await expect(store.images.pull(name("none:1"), { credentials })).rejects.toMatchObject({ code: "image_not_found" })
  })

  test("what we push skopeo pulls, with the digests that we have; pushed again nothing is sent", async () => {
    await store.load(ociArchive([image]))
    const { credentials } = registry
    const states: string[][] = []
    const push = () =>
      store.images.push("app:1", {
        to: name("ours:1"),
        credentials,
        onProgress: ({ layers }) => states.push(layers.map(({ state }) => state)),
      })
    const { digest } = await push()
    expect(states.at(-1)).toEqual(["done", "done"])
    expect(await push()).toEqual({ digest })
    expect(states.at(-1)).toEqual(["present", "present"])
    expect(digestThere("ours:1")).toBe(digest)
    copy(`docker://${name("ours:1")}`, `oci:${at("out")}:x`)
    const config = JSON.parse(skopeo("inspect", "--config", `oci:${at("out")}:x`)) as { rootfs: { diff_ids: string[] } }
    expect(config.rootfs.diff_ids).toEqual(image.layers.map((layer) => blobOf(layer).digest))
    // Another repository of the same registry: mounted, not sent.
    await store.images.tag("app:1", name("ours:1"))
    await store.images.push("app:1", {
      to: name("mounted:1"),
      credentials,
      onProgress: ({ layers }) => states.push(layers.map(({ state }) => state)),
    })
    expect(states.at(-1)).toEqual(["present", "present"])
    expect(digestThere("mounted:1")).toBe(digest)
  })

  const gzip: Partial<TestImage> = { encode: (tar) => gzipSync(tar), layerMediaType: "application/vnd.oci.image.layer.v1.tar+gzip" }
  const zstd: Partial<TestImage> = { encode: (tar) => compress(tar), layerMediaType: "application/vnd.oci.image.layer.v1.tar+zstd" }
  const formats: [string, Partial<TestImage>, string, string][] = [
    ["OCI with gzip layers", gzip, "--format=oci", "application/vnd.oci.image.layer.v1.tar+gzip"],
    ["OCI with zstd layers", zstd, "--format=oci", "application/vnd.oci.image.layer.v1.tar+zstd"],
    ["Docker schema 2", gzip, "--format=v2s2", "application/vnd.docker.image.rootfs.diff.tar.gzip"],
  ]
  test.each(formats)("what skopeo pushes as %s we pull, with the digest that it has there", async (what, change, format, mediaType) => {
    const repository = what.replace(/\W+/g, "-").toLowerCase()
    writeFileSync(at("in.tar"), ociArchive([{ ...image, ...change }]))
    copy(`oci-archive:${at("in.tar")}:app:1`, `docker://${name(`${repository}:1`)}`, format)
    const pulled = await store.images.pull(name(`${repository}:1`), { credentials: registry.credentials })
    expect(pulled.digest).toBe(digestThere(`${repository}:1`))
    const { layers, config } = await store.images.inspect(pulled.id)
    expect(layers.map((layer) => [layer.diffId, layer.mediaType])).toEqual(image.layers.map((layer) => [blobOf(layer).digest, mediaType]))
    expect(config.command).toEqual(["/base"])
    // And on: the registry has the same bytes under another name.
    const { digest } = await store.images.push(pulled.id, { to: name(`back/${repository}:1`), credentials: registry.credentials })
    expect([digest, digestThere(`back/${repository}:1`)]).toEqual([pulled.digest, pulled.digest])
  })

  test("of an image for several platforms each is pulled by its own", async () => {
    const arm: TestImage = { layers: [base], architecture: "arm64" }
    const both = [image, arm].map((made) => manifestOf(made).manifest)
    const manifests = both.map((manifest, index) =>
      descriptor(manifest, "application/vnd.oci.image.manifest.v1+json", {
        platform: { os: "linux", architecture: ["amd64", "arm64"][index] },
      }),
    )
    const index = blobOf({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests })
    const top = descriptor(index, "application/vnd.oci.image.index.v1+json", { annotations: { "org.opencontainers.image.ref.name": "x" } })
    writeFileSync(at("in.tar"), ociArchive([image, arm], { manifests: [top], extra: [index] }))
    copy(`oci-archive:${at("in.tar")}:x`, `docker://${name("many:1")}`, "--all")
    const { credentials } = registry
    expect(await store.images.pull(name("many:1"), { credentials })).toMatchObject({ id: configOf(image).digest, digest: both[0]?.digest })
    expect(await store.images.pull(name("many:1"), { credentials, platform: "linux/arm64" })).toMatchObject({
      id: configOf(arm).digest,
      platform: "linux/arm64",
    })
  })

  test("a tree with a bit of everything unpacks as umoci unpacks it, pulled as OCI with zstd and as Docker schema 2", async () => {
    mkdirSync(at("source"))
    const changes = makeTar([
      { name: "a/", type: "directory", mode: 0o755 },
      { name: "a/b/", type: "directory", mode: 0o1777, uid: 5 },
      file("a/b/.wh.soft", ""),
      { name: "opaque/", type: "directory", mode: 0o2710 },
      file("opaque/.wh..wh..opq", ""),
      file("opaque/new", "n"),
    ])
    const layers = [readFileSync(makeBusyTar(at("source"))), changes]
    const busy = { layers, names: ["busy:1"] }
    writeFileSync(at("in.tar"), ociArchive([busy]))
    copy(`oci-archive:${at("in.tar")}:busy:1`, `oci:${at("layout")}:x`)
    execFileSync("umoci", ["unpack", "--image", `${at("layout")}:x`, at("bundle")], { stdio: "ignore" })
    const expected = treeOf(join(at("bundle"), "rootfs"))
    expect(expected.length).toBeGreaterThan(15)
    for (const [, change, format] of formats.slice(1)) {
      writeFileSync(at("in.tar"), ociArchive([{ ...busy, ...change }]))
      copy(`oci-archive:${at("in.tar")}:busy:1`, `docker://${name("busy:1")}`, format)
      const { id } = await store.images.pull(name("busy:1"), { credentials: registry.credentials })
      await expectTree("one", id, expected)
      await store.images.remove(id)
      expect(store.onDisk()).toEqual({ blobs: [], staging: [], layers: [] })
    }
  })

  const noBuildah = findTool("buildah") === undefined
  test.skipIf(noBuildah)(
    `what buildah builds, deletions in an upper layer too, unpacks as umoci unpacks it: pushed as OCI and as Docker schema 2, and from a docker save tar${noBuildah ? " (skipped: buildah not installed)" : ""}`,
    async () => {
      const buildah = (...args: string[]) =>
        execFileSync("buildah", ["--root", at("storage"), "--runroot", at("run"), "--storage-driver", "vfs", ...args], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "pipe"],
        }).trim()
      mkdirSync(at("source"))
      makeBusyTar(at("source"))
      const lower = buildah("from", "scratch")
      buildah("add", lower, `${at("source")}.tar`, "/")
      buildah("commit", "--quiet", lower, "lower")
      const upper = buildah("from", "--pull-never", "lower")
      const root = buildah("mount", upper)
      execFileSync(
        "sh",
        ["-ec", "rm -r gone dangling; rm -r opaque; mkdir opaque; echo new > opaque/new; chmod 700 a/b/c; echo more >> a/one"],
        { cwd: root },
      )
      buildah("umount", upper)
      const { credentials } = registry
      for (const format of ["oci", "docker"])
        buildah(
          "commit",
          "--quiet",
          `--format=${format}`,
          "--creds=ada:secret",
          "--tls-verify=false",
          upper,
          `docker://${name(`built:${format}`)}`,
        )
      buildah("commit", "--quiet", "--format=docker", upper, `docker-archive:${at("saved.tar")}:built:saved`)
      copy(`docker://${name("built:oci")}`, `oci:${at("layout")}:x`)
      execFileSync("umoci", ["unpack", "--image", `${at("layout")}:x`, at("bundle")], { stdio: "ignore" })
      const expected = treeOf(join(at("bundle"), "rootfs"))
      expect(expected.length).toBeGreaterThan(12)
      const pulled = [
        await store.images.pull(name("built:oci"), { credentials }),
        await store.images.pull(name("built:docker"), { credentials }),
        ...(await store.load(readFileSync(at("saved.tar")))),
      ]
      expect(pulled).toHaveLength(3)
      for (const [index, { id }] of pulled.entries()) {
        expect((await store.images.inspect(id)).layers).toHaveLength(2)
        await expectTree(`built${index}`, id, expected)
      }
    },
  )

  async function expectTree(snapshot: string, imageId: string, expected: readonly string[]): Promise<void> {
    await store.snapshots.prepare(snapshot, (await store.images.resolve(imageId))?.diffIds ?? [])
    await store.snapshots.mount(snapshot, at("mounted"), undefined)
    try {
      expect(treeOf(at("mounted"))).toEqual(expected)
    } finally {
      await store.snapshots.unmount(snapshot, at("mounted"))
      await store.snapshots.remove(snapshot)
    }
  }
})
