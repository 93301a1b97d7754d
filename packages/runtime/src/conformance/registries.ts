import { once } from "node:events"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TransferProgress } from "../engine.js"
import type { Digest } from "../spec/digest.js"
import { expectRefusal, type Harness } from "./harness.js"
import { type LoopbackRegistry, startLoopbackRegistry } from "./loopback-registry.js"
import { makeTar, ociLayout, streamOf } from "./test-image.js"

export function registriesConformance(harness: Harness): void {
  describe("registries", () => {
    let registry: LoopbackRegistry
    beforeAll(async () => {
      registry = await startLoopbackRegistry()
    })
    afterAll(() => registry.close())

    const name = (text: string) => `${registry.host}/${text}`
    const images = () => harness.engine.images

    /** An image with one layer, in the registry. */
    async function put(path: string, text: string): Promise<{ digest: string; layer: Digest }> {
      const layer = await makeTar([{ name: "file", data: text }])
      const { blobs, index } = ociLayout(layer, "unused")
      const [{ digest }] = index.manifests as [{ digest: Digest }]
      for (const [blobDigest, data] of blobs) if (blobDigest !== digest) registry.addBlob(data)
      registry.addManifest(path, "1", blobs.get(digest) ?? Buffer.alloc(0))
      return { digest, layer: registry.addBlob(layer).digest }
    }

    it("an image is pulled under its name, with progress and an event; pulled again it is the same", async (context) => {
      harness.needs(context, "image-pull")
      const { digest } = await put("pulled", "pulled")
      const cursor = await harness.newestCursor()
      const told: TransferProgress[] = []
      const image = await images().pull(name("pulled:1"), { onProgress: (progress) => told.push(progress) })
      expect(image).toMatchObject({ digest, references: [name("pulled:1")] })
      expect(told.at(-1)).toMatchObject({ reference: name("pulled:1") })
      expect(await images().pull(name("pulled:1"))).toMatchObject({ id: image.id })
      // Podman tells of it a moment later.
      const pulls = async () => (await harness.eventsAfter(cursor)).filter(({ kind, action }) => kind === "image" && action === "pull")
      await expect.poll(async () => (await pulls()).map((event) => event.name)).toContain(name("pulled:1"))
      await images().remove(name("pulled:1"))
      await expectRefusal(images().inspect(name("pulled:1")), "image_not_found")
    })

    it("what the registry does not have is image_not_found, and one that nobody listens at is registry_unavailable", async (context) => {
      harness.needs(context, "image-pull")
      await expectRefusal(images().pull(name("none:1")), "image_not_found")
      await expectRefusal(images().pull("127.0.0.1:1/none:1"), "registry_unavailable")
    })

    it("a layer that is not what its digest says is refused, and nothing of it stays", async (context) => {
      harness.needs(context, "image-pull")
      const { layer } = await put("lying", "lying")
      registry.blobs.set(layer, Buffer.alloc(registry.blobs.get(layer)?.length ?? 0, 1))
      await expectRefusal(images().pull(name("lying:1")), "digest_mismatch")
      await expectRefusal(images().inspect(name("lying:1")), "image_not_found")
    })

    it("a pull that is given up leaves nothing, and lets go of the registry", async (context) => {
      harness.needs(context, "image-pull")
      const { layer } = await put("slow", "slow")
      const controller = new AbortController()
      const hungUp: Promise<unknown>[] = []
      const data = registry.blobs.get(layer) ?? Buffer.alloc(0)
      let sent = 0
      registry.intercept = (request, response) => {
        if (request.url?.includes(layer) !== true) return false
        hungUp.push(once(response, "close"))
        // Byte by byte: it is at its beginning still when the one who asked goes. (Docker sees between two reads that nobody waits.)
        response.writeHead(200, { "content-length": data.length })
        const dribble = setInterval(() => response.write(Buffer.from([data[sent++] ?? 0]), () => controller.abort()), 10)
        response.once("close", () => clearInterval(dribble))
        return true
      }
      try {
        await expectRefusal(images().pull(name("slow:1"), { signal: controller.signal }), "aborted")
        await Promise.all(hungUp)
        expect(sent).toBeLessThan(data.length)
      } finally {
        registry.intercept = () => false
      }
      await expectRefusal(images().inspect(name("slow:1")), "image_not_found")
    })

    it("a registry that wants credentials gets them, and without the right ones it is registry_refused", async (context) => {
      harness.needs(context, "image-pull", "image-push")
      await put("private", "private")
      const right = `Basic ${Buffer.from("ada:secret").toString("base64")}`
      registry.intercept = (request, response) => {
        if (request.headers.authorization === right) return false
        const body = JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] })
        response.writeHead(401, { "www-authenticate": 'Basic realm="test"', "content-type": "application/json" }).end(body)
        return true
      }
      try {
        for (const wrong of [{}, { credentials: { username: "ada", password: "no" } }])
          await expectRefusal(images().pull(name("private:1"), wrong), "registry_refused")
        const credentials = { username: "ada", password: "secret" }
        expect((await images().pull(name("private:1"), { credentials })).references).toEqual([name("private:1")])
        const { digest } = await images().push(name("private:1"), { to: name("private:2"), credentials })
        expect(registry.manifests.has(`private@${digest}`)).toBe(true)
      } finally {
        registry.intercept = () => false
      }
      await images().remove(name("private:1"))
    })

    it("a registry that does not answer as one should is registry_unavailable, one that lies in its documents registry_invalid", async (context) => {
      harness.needs(context, "image-pull")
      registry.addManifest("invalid", "1", Buffer.from("{"))
      await expectRefusal(images().pull(name("invalid:1")), "registry_invalid")
      registry.intercept = (_request, response) => {
        response.writeHead(503).end()
        return true
      }
      try {
        await expectRefusal(images().pull(name("broken:1")), "registry_unavailable")
      } finally {
        registry.intercept = () => false
      }
    })

    it("an image that is for another platform than asked is unsupported", async (context) => {
      harness.needs(context, "image-pull")
      await put("platform", "platform")
      await expectRefusal(images().pull(name("platform:1"), { platform: "linux/s390x" }), "unsupported")
      // Docker has kept it.
      for (const { id, references } of await images().list()) if (references.includes(name("platform:1"))) await images().remove(id)
    })

    it("an image that is pushed is there, and pulls as the same image", async (context) => {
      harness.needs(context, "image-push", "image-pull")
      const before = await images().inspect(harness.image)
      const { digest } = await images().push(harness.image, { to: name("pushed:1") })
      expect(registry.manifests.has(`pushed@${digest}`)).toBe(true)
      await expectRefusal(images().inspect(name("pushed:1")), "image_not_found")
      expect((await images().inspect(harness.image)).references).toEqual(before.references)
      expect(await images().pull(name("pushed:1"))).toMatchObject({ id: before.id })
      await images().remove(name("pushed:1"))
      await expectRefusal(images().push("conformance.test/none:1", { to: name("none:1") }), "image_not_found")
    })

    it("garbage collection removes what a dry run says, and spares what has a name or a container", async (context) => {
      harness.needs(context, "image-garbage", "image-import")
      const importing = async (text: string) =>
        images().importRootfs(streamOf(await makeTar([{ name: "file", data: text }])), { reference: "conformance.test/moved:1" })
      const dangling = await importing("first")
      const named = await importing("second")
      const used = await harness.create()
      // File times may be a clock tick ahead of the clock.
      await expect
        .poll(async () => (await images().collectGarbage({ dryRun: true, graceMs: 0 })).images.map(({ id }) => id))
        .toContain(dangling.id)
      const planned = await images().collectGarbage({ dryRun: true, graceMs: 0 })
      expect((await images().inspect(dangling.id)).references).toEqual([])
      expect(await images().collectGarbage({ graceMs: 0 })).toEqual({ ...planned, dryRun: false })
      await expectRefusal(images().inspect(dangling.id), "image_not_found")
      expect((await images().inspect(named.id)).id).toBe(named.id)
      expect((await images().inspect(used.imageId)).id).toBe(used.imageId)
      await images().remove("conformance.test/moved:1")
    })
  })
}
