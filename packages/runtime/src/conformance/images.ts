import { createHash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { expectRefusal, type Harness, script } from "./harness.js"
import { makeTar, type OciLayout, ociLayout, packLayout, readAll, streamOf, type TarFile } from "./test-image.js"

export function imagesConformance(harness: Harness): void {
  const reference = "conformance.test/loaded:1"
  const { images } = lazyApi(harness)
  const forget = (...references: string[]): Promise<unknown> =>
    Promise.all(references.map((each) => images().remove(each, { force: true })))

  async function smallLayer(text = "data"): Promise<Buffer> {
    return makeTar([
      { name: "etc", type: "directory" },
      { name: "etc/file", data: text },
    ])
  }

  describe("images", () => {
    it("an imported root file system is an image with its configuration", async (context) => {
      harness.needs(context, "image-import")
      const image = await images().inspect(harness.image)
      expect(image).toMatchObject({
        references: [harness.image],
        config: { environment: ["PATH=/bin", "FROM_IMAGE=yes"], workingDirectory: "/work", labels: { "from.image": "yes" } },
      })
      expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(image.layers).toHaveLength(1)
      expect(image.sizeBytes).toBeGreaterThan(500_000)
      expect(image.history.length).toBeGreaterThanOrEqual(1)
    })

    it("saved as OCI archive and as docker archive they load again as the same image", async (context) => {
      harness.needs(context, "image-save", "image-load")
      const before = await images().inspect(harness.image)
      for (const format of ["oci", "docker"] as const) {
        await images().tag(harness.image, "conformance.test/saved:1")
        const archive = await readAll(await images().save(["conformance.test/saved:1"], { format }))
        await images().remove("conformance.test/saved:1")
        const [loaded] = await images().load(streamOf(archive))
        expect(loaded?.id, format).toBe(before.id)
        expect((await images().inspect("conformance.test/saved:1")).layers.map((layer) => layer.diffId)).toEqual(
          before.layers.map((layer) => layer.diffId),
        )
        await images().remove("conformance.test/saved:1")
      }
    })

    it("loads an OCI archive, gzipped too, and lists what is in it", async (context) => {
      harness.needs(context, "image-load")
      const archive = await packLayout(ociLayout(await smallLayer(), reference))
      for (const data of [archive, gzipSync(archive)]) {
        const [loaded] = await images().load(streamOf(data))
        expect(loaded?.references).toEqual([reference])
        expect((await images().list()).map((image) => image.id)).toContain(loaded?.id)
        await forget(reference)
      }
    })

    it("tag adds a reference; remove takes references, and the image with the last", async (context) => {
      harness.needs(context, "image-load")
      const [loaded] = await images().load(streamOf(await packLayout(ociLayout(await smallLayer("tagged"), reference))))
      await images().tag(reference, "conformance.test/other:2")
      expect((await images().inspect("conformance.test/other:2")).id).toBe(loaded?.id)
      expect(await images().remove(reference)).toMatchObject({ untagged: [reference], deleted: [] })
      expect((await images().inspect(loaded?.id ?? "")).references).toEqual(["conformance.test/other:2"])
      const last = await images().remove("conformance.test/other:2")
      expect(last.deleted).toContain(loaded?.id)
      await expectRefusal(images().inspect(loaded?.id ?? ""), "image_not_found")
    })

    it("are found by reference with and without defaults, by id and by a prefix of it", async () => {
      const { id } = await images().inspect(harness.image)
      for (const name of [id, id.slice("sha256:".length), id.slice("sha256:".length, 20)])
        expect((await images().inspect(name)).id).toBe(id)
    })

    it("one that a container uses is not removed", async () => {
      const { id } = await harness.create()
      await expectRefusal(images().remove(harness.image), "image_in_use")
      expect((await images().inspect(harness.image)).usedBy).toEqual([id])
    })

    it("containers of one image do not see each other's writes", async () => {
      await harness.run(script("echo mine > /etc/motd"))
      expect(await harness.shell("cat /etc/motd")).toBe("hello from the image")
    })

    it("whiteouts and opaque directories of upper layers hide what is below", async (context) => {
      harness.needs(context, "commit")
      const first = await harness.run(script("mkdir -p /d/e; echo 1 > /d/a; echo 1 > /d/e/b; echo 1 > /f"))
      const one = await harness.engine.containers.commit(first.id)
      const second = await harness.run({
        image: one.id,
        ...script("rm -r /d; mkdir /d; echo 2 > /d/c; rm /f; rm /etc/motd; ln -s /d/c /f"),
      })
      const two = await harness.engine.containers.commit(second.id)
      expect(await harness.shell("find /d | sort | tr '\\n' ' '; cat /f; test -e /etc/motd || echo gone", { image: two.id })).toBe(
        "/d /d/c 2\ngone",
      )
      await harness.removeContainers()
      await images().remove(two.id, { force: true })
      // A nameless image that only another one stood on may go along with it.
      if ((await images().list()).some((image) => image.id === one.id)) await images().remove(one.id, { force: true })
    })
  })

  describe("an image that is not as it says", () => {
    it("an unknown one is told apart from a malformed reference", async () => {
      await expectRefusal(images().inspect("conformance.test/no-such:1"), "image_not_found")
      await expectRefusal(images().remove("conformance.test/no-such:1"), "image_not_found")
      await expectRefusal(harness.create({ image: "conformance.test/no-such:1" }), "image_not_found")
      for (const malformed of ["lower/UPPER", "a b", "name:", ":tag", "--x", "name@sha256:12", "a/../b", "x".repeat(70_000)])
        await expectRefusal(harness.create({ image: malformed }), "invalid_reference", "invalid_argument")
      await expectRefusal(images().tag(harness.image, "Not A Reference"), "invalid_reference")
    })

    const lies: [string, string[], (layout: OciLayout, layer: Buffer) => void][] = [
      [
        "a blob that is not what its digest says",
        ["digest_mismatch"],
        (layout, layer) => replaceBlob(layout, layer, Buffer.concat([layer.subarray(0, -1), Buffer.from("!")])),
      ],
      ["a blob that is missing", ["archive_invalid"], (layout, layer) => layout.blobs.delete(digestOf(layer))],
      [
        "a digest that is none",
        ["archive_invalid", "invalid_argument"],
        (layout) => setManifestDigest(layout, "sha256:../../../../etc/passwd"),
      ],
      ["an index that is no JSON object", ["archive_invalid"], (layout) => Object.assign(layout, { index: [] })],
    ]
    it.each(lies)("an archive with %s is refused and leaves nothing", async (_, codes, change) => {
      if (!harness.info.features.includes("image-load")) return
      const layer = await smallLayer("lies")
      const layout = ociLayout(layer, reference)
      change(layout, layer)
      const before = (await images().list()).map((image) => image.id)
      const error: unknown = await images()
        .load(streamOf(await packLayout(layout)))
        .catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: "EngineError" })
      expect(codes).toContain((error as { code: string }).code)
      expect((await images().list()).map((image) => image.id)).toEqual(before)
    })

    it("an archive that is cut off anywhere is refused", async (context) => {
      harness.needs(context, "image-load")
      const archive = await packLayout(ociLayout(await smallLayer("cut"), reference))
      for (const share of [0, 0.1, 0.4, 0.6, 0.8])
        await expectRefusal(
          images().load(streamOf(archive.subarray(0, Math.floor(archive.length * share)))),
          "archive_invalid",
          "digest_mismatch",
        )
      await expectRefusal(images().load(streamOf(Buffer.from("this is no archive at all".repeat(100)))), "archive_invalid")
      await expectRefusal(images().inspect(reference), "image_not_found")
    })

    const climbing: [string, TarFile[]][] = [
      ["..", [{ name: "../../escaped", data: "x" }]],
      [
        "a link",
        [
          { name: "up", type: "symlink", linkname: "../../../../../../tmp" },
          { name: "up/escaped", data: "x" },
        ],
      ],
      ["a hard link", [{ name: "hard", type: "link", linkname: "../../../../../../etc/passwd" }]],
    ]
    it.each(climbing)("a layer that climbs out of its root by %s harms nobody", async (_, files) => {
      if (!harness.info.features.includes("image-load")) return
      const canary = `canary-${Math.random().toString(36).slice(2)}`
      const layer = await makeTar(files.map((file) => ({ ...file, name: file.name.replace("escaped", canary) })))
      const outcome: unknown = await images()
        .load(streamOf(await packLayout(ociLayout(layer, reference))))
        .catch((reason: unknown) => reason)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ name: "EngineError", code: "archive_unsafe" })
      else await forget(reference)
      const { existsSync } = await import("node:fs")
      for (const path of [`/${canary}`, `/tmp/${canary}`, `/var/tmp/${canary}`]) expect(existsSync(path)).toBe(false)
    })
  })
}

function lazyApi(harness: Harness): { images: () => Harness["engine"]["images"] } {
  return { images: () => harness.engine.images }
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`
}

function replaceBlob(layout: OciLayout, blob: Buffer, content: Buffer): void {
  layout.blobs.set(digestOf(blob), content)
}

function setManifestDigest(layout: OciLayout, digest: string): void {
  const [manifest] = layout.index.manifests as { digest: string }[]
  if (manifest !== undefined) manifest.digest = digest
}
