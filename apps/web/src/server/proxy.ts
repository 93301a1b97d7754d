import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { pipeline } from "node:stream"
import type { TrustedProxies } from "./client-address.js"
import { endToEndHeaders, requestHeaders } from "./forwarded-headers.js"
import { commonHeaders } from "./security-headers.js"

/** Where the server is, and whose word about clients it is told. */
export interface Upstream {
  socketPath: string
  trustedProxies: TrustedProxies
}

/**
 * Streams a request to the server's unix socket and its answer back. Nothing is held in memory and no size or time is
 * bounded here: an upload of 20 GB and a log that is followed for a week both pass. When one side goes away, the other is
 * told. Server away: 502 with the code `server_unreachable`.
 */
export function proxyRequest({ socketPath, trustedProxies }: Upstream, request: IncomingMessage, response: ServerResponse): void {
  const upstream = httpRequest({
    socketPath,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, { upgrade: false, trustedProxies }),
  })
  upstream.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...endToEndHeaders(answer.headers), ...commonHeaders })
    // Headers go out at once, so that a stream without a first byte yet is seen as open.
    response.flushHeaders()
    pipeline(answer, response, (error) => {
      if (error) upstream.destroy()
    })
  })
  upstream.on("error", () => {
    if (response.headersSent) response.destroy()
    else answerUnreachable(response)
  })
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy()
  })
  pipeline(request, upstream, (error) => {
    if (error) upstream.destroy()
  })
}

/** The client may still be sending: its connection cannot be used again. */
function answerUnreachable(response: ServerResponse): void {
  const error = {
    code: "server_unreachable",
    publicMessage: "The server does not answer. Containers go on running; try again in a moment.",
    facts: {},
  }
  response.writeHead(502, {
    ...commonHeaders,
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    connection: "close",
  })
  response.end(JSON.stringify({ error }))
}

/** Hands a WebSocket over to the server's unix socket, byte for byte. Whatever it answers but 101 goes back as it is. */
export function proxyUpgrade({ socketPath, trustedProxies }: Upstream, request: IncomingMessage, client: Duplex, head: Buffer): void {
  const upstream = httpRequest({
    socketPath,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, { upgrade: true, trustedProxies }),
  })
  client.on("error", () => upstream.destroy())
  client.on("close", () => upstream.destroy())
  upstream.on("upgrade", (answer, server, serverHead) => {
    client.write(statusHead(answer))
    if (serverHead.length > 0) client.write(serverHead)
    if (head.length > 0) server.write(head)
    server.on("error", () => client.destroy())
    server.on("close", () => client.destroy())
    client.on("close", () => server.destroy())
    server.pipe(client)
    client.pipe(server)
  })
  upstream.on("response", (answer) => {
    client.write(statusHead(answer))
    answer.pipe(client)
  })
  upstream.on("error", () => {
    if (client.writable) client.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
  })
  upstream.end()
}

function statusHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  // A refused upgrade comes without chunk framing, since the body is piped as it was decoded.
  const skipped = answer.statusCode === 101 ? new Set<string>() : new Set(["transfer-encoding", "connection", "keep-alive"])
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? ""
    if (!skipped.has(name.toLowerCase())) lines.push(`${name}: ${answer.rawHeaders[index + 1]}`)
  }
  if (answer.statusCode !== 101) lines.push("Connection: close")
  return `${lines.join("\r\n")}\r\n\r\n`
}
