import { createHash, randomUUID } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { type Digest, digestOfHex } from "../spec/digest.js"

/** A request as a test asks after it. */
export interface SeenRequest {
  method: string
  url: string
  authorization: string | undefined
  range: string | undefined
}

/**
 * A registry in this process, for what can be done without a real one and for the faults that a real one cannot be made to have. It does what the
 * distribution specification says, unless `intercept` takes a request over by returning true.
 */
export interface LoopbackRegistry {
  /** `127.0.0.1:PORT` */
  host: string
  port: number
  seen: SeenRequest[]
  blobs: Map<Digest, Buffer>
  /** By `path:tag` and `path@digest`. */
  manifests: Map<string, { bytes: Buffer; mediaType: string }>
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  addBlob(data: Buffer): { digest: Digest; sizeBytes: number }
  addManifest(path: string, tag: string, document: object | Buffer, mediaType?: string): Digest
  close(): Promise<void>
}

export async function startLoopbackRegistry(): Promise<LoopbackRegistry> {
  const uploads = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request
    registry.seen.push({ method, url, authorization: headers.authorization, range: headers.range })
    // A connection that a test breaks off fails in the middle of an answer.
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const registry: LoopbackRegistry = {
    host: `127.0.0.1:${port}`,
    port,
    seen: [],
    blobs: new Map(),
    manifests: new Map(),
    intercept: () => false,
    addBlob(data) {
      const digest = digestOf(data)
      registry.blobs.set(digest, data)
      return { digest, sizeBytes: data.length }
    },
    addManifest(path, tag, document, mediaType = "application/vnd.oci.image.manifest.v1+json") {
      const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document))
      for (const name of [`${path}:${tag}`, `${path}@${digestOf(bytes)}`]) registry.manifests.set(name, { bytes, mediaType })
      return digestOf(bytes)
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await registry.intercept(request, response)) return
    const url = new URL(request.url ?? "/", "http://registry")
    const [, path = "", kind = "", rest = ""] = /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? []
    // Some ask first whether this is a registry at all.
    if (url.pathname === "/v2/") return void response.writeHead(200).end()
    if (kind === "manifests") return manifest(request, response, path, rest)
    if (kind === "blobs") return blob(request, response, rest as Digest)
    if (kind === "blobs/uploads") return upload(request, response, { path, id: rest, url })
    response.writeHead(404).end()
  }

  async function manifest(request: IncomingMessage, response: ServerResponse, path: string, wanted: string): Promise<void> {
    if (request.method === "PUT") {
      const digest = registry.addManifest(path, wanted, await buffer(request), request.headers["content-type"])
      response.writeHead(201, { "docker-content-digest": digest }).end()
      return
    }
    const found = registry.manifests.get(`${path}${wanted.startsWith("sha256:") ? "@" : ":"}${wanted}`)
    if (found === undefined) notFound(response, "MANIFEST_UNKNOWN")
    else response.writeHead(200, { "content-type": found.mediaType, "content-length": found.bytes.length }).end(found.bytes)
  }

  function blob(request: IncomingMessage, response: ServerResponse, digest: Digest): void {
    const data = registry.blobs.get(digest)
    if (data === undefined) {
      notFound(response, "BLOB_UNKNOWN")
      return
    }
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0)
    const headers = {
      "content-length": data.length - start,
      ...(start === 0 ? {} : { "content-range": `bytes ${start}-${data.length - 1}/${data.length}` }),
    }
    response.writeHead(start === 0 ? 200 : 206, headers).end(request.method === "HEAD" ? undefined : data.subarray(start))
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    { path, id, url }: { path: string; id: string; url: URL },
  ): Promise<void> {
    const location = (of: string) => ({ location: `/v2/${path}/blobs/uploads/${of}?state=a%2Bb` })
    if (request.method === "POST") {
      const mounted = registry.blobs.has(url.searchParams.get("mount") as Digest) && url.searchParams.get("from") !== "forbidden"
      if (mounted) return void response.writeHead(201).end()
      const begun = randomUUID()
      uploads.set(begun, Buffer.alloc(0))
      return void response.writeHead(202, location(begun)).end()
    }
    const before = uploads.get(id)
    if (before === undefined) return notFound(response, "BLOB_UPLOAD_UNKNOWN")
    const range = (data: Buffer) => ({ range: `0-${Math.max(0, data.length - 1)}` })
    if (request.method === "GET") return void response.writeHead(204, { ...location(id), ...range(before) }).end()
    const chunks: Buffer[] = [before]
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } finally {
      // What came before the line broke counts.
      uploads.set(id, Buffer.concat(chunks))
    }
    const data = Buffer.concat(chunks)
    if (request.method === "PATCH") return void response.writeHead(202, { ...location(id), ...range(data) }).end()
    if (digestOf(data) !== url.searchParams.get("digest")) return void response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID"}]}')
    uploads.delete(id)
    registry.blobs.set(digestOf(data), data)
    response.writeHead(201, { "docker-content-digest": digestOf(data) }).end()
  }

  return registry
}

function notFound(response: ServerResponse, code: string): void {
  response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ errors: [{ code, message: "not here" }] }))
}

function digestOf(data: Buffer): Digest {
  return digestOfHex(createHash("sha256").update(data).digest("hex"))
}
