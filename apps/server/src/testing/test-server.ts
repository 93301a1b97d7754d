import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request as httpRequest, type IncomingHttpHeaders } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import type { ContainerEngine, DockerEndpoint } from "@plimsoll/runtime"
import { WebSocket } from "ws"
import { createLog } from "../create-log.js"
import { readConfiguration } from "../env.js"
import type { HostReading } from "../services/ladder/host-reading.js"
import { withinOwn } from "../services/ladder/read-host.js"
import { type RunningServer, type StartOptions, startServer } from "../start-server.js"
import { temporaryDatabaseUrl } from "./temporary-database.js"

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  json(): unknown
}

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer | Readable
  /** Leaves in the middle. */
  signal?: AbortSignal
}

/** A server of its own on a socket of its own, as the front door sees it. */
export interface TestServer {
  runDirectory: string
  dataDirectory: string
  databaseUrl: string
  logLines: string[]
  request(path: string, options?: RequestOptions): Promise<Answer>
  /** The cookie of a new sign-in. */
  signIn(): Promise<string>
  query(path: string, input?: unknown, headers?: Record<string, string>): Promise<Answer>
  mutate(path: string, input: unknown, headers?: Record<string, string>): Promise<Answer>
  webSocket(path: string, headers?: Record<string, string>): WebSocket
  /** Stops it and starts it again on the same directories, with another database where one is named. */
  restart(change?: { databaseUrl: string }): Promise<void>
  stop(): Promise<void>
  remove(): Promise<void>
}

export const PASSWORD = "correct horse battery"
export const ORIGIN = "http://localhost"

export interface TestServerOptions {
  openEngine: (
    settings: Parameters<StartOptions["openEngine"]>[0] & { dataDirectory: string; runDirectory: string },
  ) => Promise<ContainerEngine>
  /** Default: there is none. */
  openDockerEngine?: (endpoint: DockerEndpoint) => Promise<ContainerEngine>
  makeStarterImage?: (engine: ContainerEngine) => Promise<unknown>
  environment?: Record<string, string>
  /** Default: a machine that has plenty, whatever the one that tests has. */
  readHost?: NonNullable<StartOptions["readHost"]>
  /** The limit of the group that the real engine's containers lie in is read as in earnest; of the machine around it there is plenty. */
  ownReadings?: boolean
  /** Default: one of its own, of the project's kind of database. */
  databaseUrl?: string
  now?: () => number
  /** The ladder's clock for durations. */
  monotonic?: () => number
  /** Where its directories are made; default: the temporary directory. */
  parent?: string
}

const plenty: HostReading = { usedBytes: 1, allocatableBytes: 2 ** 40, pressure: null, cpuSomeAvg10: null, swapFreeBytes: 2 ** 40 }

export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const directory = mkdtempSync(join(options.parent ?? tmpdir(), "plimsoll-test-"))
  // A container's root is nobody here and must get through to its files.
  chmodSync(directory, 0o711)
  const dataDirectory = join(directory, "data")
  const runDirectory = join(directory, "run")
  const logLines: string[] = []
  const { url: databaseUrl, drop } = options.databaseUrl
    ? { url: options.databaseUrl, drop: undefined }
    : await temporaryDatabaseUrl(dataDirectory)
  const configuration = readConfiguration({
    DATABASE_URL: databaseUrl,
    PLIMSOLL_DATA_DIR: dataDirectory,
    PLIMSOLL_RUN_DIR: runDirectory,
    PLIMSOLL_OPERATOR_PASSWORD: PASSWORD,
    PLIMSOLL_LOG_LEVEL: "debug",
    ...options.environment,
  })
  // Loaded late: most tests have no use for a real engine.
  const readOwnMemory = options.ownReadings
    ? (await import("@plimsoll/runtime")).openInstanceMemory({ root: join(dataDirectory, "engine") })
    : () => null
  const start = (): Promise<RunningServer> =>
    startServer({
      configuration,
      log: createLog(configuration.logLevel, { write: (line) => logLines.push(line) }),
      version: "0.0.0-test",
      openEngine: (settings) => options.openEngine({ ...settings, dataDirectory, runDirectory }),
      openDockerEngine: options.openDockerEngine ?? (() => Promise.reject(new Error("this test has no Docker Engine"))),
      makeStarterImage: options.makeStarterImage ?? (async () => undefined),
      readHost: options.readHost ?? (async () => withinOwn(plenty, (bytes) => bytes, readOwnMemory())),
      readOwnMemory,
      ...(options.now && { now: options.now }),
      ...(options.monotonic && { monotonic: options.monotonic }),
    })
  let server: RunningServer | undefined = await start()
  const socketPath = server.socketPath

  function request(path: string, { method = "GET", headers = {}, body, signal }: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { socketPath, path, method, headers: { host: "localhost", ...headers }, ...(signal && { signal }) },
        (response) => {
          const chunks: Buffer[] = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("error", reject)
          response.on("end", () => {
            const whole = Buffer.concat(chunks)
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: whole,
              json: () => JSON.parse(whole.toString("utf8")),
            })
          })
        },
      )
      outgoing.on("error", reject)
      if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) outgoing.end(body)
      else body.pipe(outgoing)
    })
  }

  const post = (path: string, input: unknown, headers: Record<string, string> = {}) =>
    request(path, {
      method: "POST",
      headers: { "content-type": "application/json", origin: ORIGIN, ...headers },
      body: JSON.stringify(input),
    })

  async function stop() {
    const running = server
    server = undefined
    await running?.stop()
  }

  return {
    runDirectory,
    dataDirectory,
    databaseUrl,
    logLines,
    request,
    async signIn() {
      const answer = await post("/api/auth/sign-in/username", { username: "operator", password: PASSWORD })
      if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.body.toString()}`)
      return (answer.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "").join("; ")
    },
    query: (path, input, headers = {}) =>
      request(`/trpc/${path}${input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`}`, { headers }),
    mutate: (path, input, headers = {}) => post(`/trpc/${path}`, input, headers),
    webSocket: (path, headers = {}) =>
      new WebSocket(`ws+unix:${socketPath}:${path}`, { headers: { host: "localhost", origin: ORIGIN, ...headers } }),
    async restart(change) {
      await stop()
      if (change) configuration.databaseUrl = change.databaseUrl
      server = await start()
    },
    stop,
    async remove() {
      await stop()
      await drop?.()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What root on this host shows instead of a cookie. */
export function localAuthorization(server: TestServer): Record<string, string> {
  return { authorization: `Bearer ${readFileSync(join(server.runDirectory, "operator.token"), "utf8")}` }
}

/** Messages of a WebSocket one after the other; rejects when it closes first. */
export function messagesOf(socket: WebSocket): () => Promise<{ data: Buffer; isBinary: boolean }> {
  const waiting: { data: Buffer; isBinary: boolean }[] = []
  const readers: { resolve: (message: { data: Buffer; isBinary: boolean }) => void; reject: (error: Error) => void }[] = []
  let closed: Error | undefined
  socket.on("message", (data: Buffer, isBinary) => {
    const reader = readers.shift()
    if (reader === undefined) waiting.push({ data, isBinary })
    else reader.resolve({ data, isBinary })
  })
  const end = (error: Error) => {
    closed = error
    for (const reader of readers.splice(0)) reader.reject(error)
  }
  socket.on("close", (code, reason) => end(new Error(`closed: ${code} ${reason.toString()}`)))
  socket.on("error", end)
  return () => {
    const message = waiting.shift()
    if (message !== undefined) return Promise.resolve(message)
    return closed === undefined ? new Promise((resolve, reject) => readers.push({ resolve, reject })) : Promise.reject(closed)
  }
}

/** The status with which an upgrade was refused, or 101. */
export function upgradeStatus(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on("open", () => {
      socket.close()
      resolve(101)
    })
    socket.on("unexpected-response", (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on("error", reject)
  })
}
