import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import { digestOfHex } from "../spec/digest.js"
import { openRegistryWriter, type RegistryWriter } from "./registry-writer.js"
import { instantClock } from "./testing/memory-sink.js"

const small = Buffer.from("a small blob")
/** Three chunks. */
const large = Buffer.alloc(70 * 2 ** 20, "plimsoll ")

let registry: LoopbackRegistry
let writer: RegistryWriter
beforeEach(async () => {
  registry = await startLoopbackRegistry()
  writer = openRegistryWriter({ domain: registry.host, path: "team/app" }, { settings: {}, clock: instantClock(), random: () => 0.5 })
})
afterEach(async () => {
  await writer.close()
  await registry.close()
})

function blobOf(data: Buffer) {
  const digest = digestOfHex(createHash("sha256").update(data).digest("hex"))
  const reads: { start: number; end: number }[] = []
  const read = (part: { start: number; end: number }) => {
    reads.push(part)
    return Readable.from([data.subarray(part.start, part.end)], { objectMode: false })
  }
  return { digest, sizeBytes: data.length, read, reads }
}

const methods = () => registry.seen.map(({ method }) => method)

describe("blobs", () => {
  test("small ones go in one request, large ones in chunks", async () => {
    const blobs = [blobOf(small), blobOf(Buffer.alloc(0)), blobOf(large)]
    for (const blob of blobs) expect(await writer.uploadBlob(blob, {})).toBe("sent")
    expect(methods()).toEqual(["POST", "PUT", "POST", "PUT", "POST", "PATCH", "PATCH", "PATCH", "PUT"])
    for (const { digest, sizeBytes } of blobs) expect(registry.blobs.get(digest)).toHaveLength(sizeBytes)
    expect(await writer.hasBlob(blobs[0]?.digest ?? "sha256:", {})).toBe(true)
    expect(await writer.hasBlob(blobOf(Buffer.from("other")).digest, {})).toBe(false)
  })

  test("a line that breaks in a chunk: it goes on with what the registry has", async () => {
    let patches = 0
    registry.intercept = (request) => {
      if (request.method === "PATCH" && ++patches === 2) request.on("data", () => request.socket.destroy())
      return false
    }
    const blob = blobOf(large)
    expect(await writer.uploadBlob(blob, {})).toBe("sent")
    expect(registry.blobs.get(blob.digest)?.equals(large)).toBe(true)
    expect(methods()).toContain("GET")
    expect(blob.reads[2]?.start).toBeGreaterThanOrEqual(32 * 2 ** 20)
    expect(methods().filter((method) => method === "POST")).toHaveLength(1)
  })

  test("an upload that the registry has forgotten is begun anew", async () => {
    let forgotten = false
    registry.intercept = (request, response) => {
      if (forgotten || request.method !== "PUT") return false
      forgotten = true
      response.writeHead(503).end()
      registry.intercept = (next, answer) => {
        if (next.method !== "GET") return false
        answer.writeHead(404).end()
        return true
      }
      return true
    }
    const blob = blobOf(small)
    await writer.uploadBlob(blob, {})
    expect(registry.blobs.get(blob.digest)?.equals(small)).toBe(true)
    expect(methods()).toEqual(["POST", "PUT", "GET", "HEAD", "POST", "PUT"])
  })

  test("the answer to the last request gets lost: it is not sent again", async () => {
    const blob = blobOf(small)
    registry.intercept = (request) => {
      if (request.method !== "PUT") return false
      registry.blobs.set(blob.digest, small)
      request.socket.destroy()
      return true
    }
    const forgotten = registry.intercept
    registry.intercept = (request, response) => {
      if (request.method !== "GET") return forgotten(request, response)
      response.writeHead(404).end()
      return true
    }
    expect(await writer.uploadBlob(blob, {})).toBe("sent")
    expect(methods()).toEqual(["POST", "PUT", "GET", "HEAD"])
  })

  test("a registry that breaks off every time is registry_unavailable", async () => {
    registry.intercept = (request) => {
      if (request.method === "PUT") request.socket.destroy()
      return request.method === "PUT"
    }
    await expect(writer.uploadBlob(blobOf(small), {})).rejects.toMatchObject({ code: "registry_unavailable" })
  })

  test("what another repository has is mounted; where that is not allowed it is sent", async () => {
    const { digest } = registry.addBlob(small)
    expect(await writer.uploadBlob(blobOf(small), { mountFrom: "team/base" })).toBe("mounted")
    expect(registry.seen[0]?.url).toBe(`/v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=team%2Fbase`)
    expect(await writer.uploadBlob(blobOf(small), { mountFrom: "forbidden" })).toBe("sent")
  })

  test("a place to send to that no request may go to is refused", async () => {
    for (const location of ["http://169.254.169.254/x", "file:///x", undefined]) {
      registry.intercept = (_request, response) => {
        response.writeHead(202, location === undefined ? {} : { location }).end()
        return true
      }
      await expect(writer.uploadBlob(blobOf(small), {}), location).rejects.toMatchObject({ code: "registry_invalid" })
    }
  })

  test("credentials are not sent to a place elsewhere", async () => {
    const other = await startLoopbackRegistry()
    const ours = openRegistryWriter(
      { domain: registry.host, path: "team/app" },
      { settings: {}, clock: instantClock(), credentials: { username: "ada", password: "secret" } },
    )
    registry.intercept = (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401, { "www-authenticate": "Basic" }).end()
      else response.writeHead(202, { location: `http://${other.host}/v2/team/app/blobs/uploads/x` }).end()
      return true
    }
    other.intercept = (_request, response) => {
      response.writeHead(201).end()
      return true
    }
    await ours.uploadBlob(blobOf(small), {})
    await ours.close()
    expect(other.seen.map(({ authorization }) => authorization)).toEqual([undefined])
    await other.close()
  })

  test("given up are aborted", async () => {
    const controller = new AbortController()
    registry.intercept = (request) => {
      if (request.method === "PATCH") controller.abort()
      return false
    }
    await expect(writer.uploadBlob(blobOf(large), { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
  })
})

describe("manifests", () => {
  const bytes = Buffer.from('{"schemaVersion":2}')
  const manifest = { tag: "1", bytes, digest: blobOf(bytes).digest, mediaType: "application/vnd.oci.image.manifest.v1+json" }

  test("are put under their tag, byte for byte", async () => {
    await writer.writeManifest(manifest, {})
    expect(registry.manifests.get("team/app:1")).toEqual({ bytes, mediaType: manifest.mediaType })
  })

  test("that the registry keeps otherwise are refused", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(201, { "docker-content-digest": blobOf(small).digest }).end()
      return true
    }
    await expect(writer.writeManifest(manifest, {})).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test("that are denied are registry_refused, with the registry's words", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"not yours"}]}')
      return true
    }
    await expect(writer.writeManifest(manifest, {})).rejects.toMatchObject({
      code: "registry_refused",
      publicMessage: expect.stringContaining("not yours"),
    })
  })
})
