import type { IncomingMessage } from "node:http"
import type { Duplex, Readable } from "node:stream"
import { text } from "node:stream/consumers"
import Dockerode from "dockerode"
import { type DockerEndpoint, describeEndpoint, dockerodeOptions } from "./endpoint.js"
import { SshAgent } from "./ssh/ssh-agent.js"
import { type DockerSubject, translateError } from "./translate-error.js"

export interface DockerRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE"
  /** Below the API's root; parts of it that come from callers are encoded by `pathOf`. */
  path: string
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  /** Sent as JSON; bytes as they are. */
  body?: object | Buffer
  upload?: Readable
  headers?: Record<string, string>
  signal?: AbortSignal
  /** What the request is about, for the translation of its errors. */
  about: DockerSubject
}

/** Requests to one daemon over dockerode. Every error that comes out is an EngineError. */
export class DockerClient {
  readonly endpoint: DockerEndpoint
  readonly #docker: Dockerode
  readonly #ssh: SshAgent | undefined

  constructor(endpoint: DockerEndpoint) {
    this.endpoint = endpoint
    // docker-modem's own way over ssh makes a connection for each request, checks no host key and breaks the process when a session is refused.
    this.#ssh = endpoint.kind === "ssh" ? new SshAgent(endpoint) : undefined
    this.#docker = new Dockerode({ ...dockerodeOptions(endpoint), ...(this.#ssh === undefined ? {} : { agent: this.#ssh }) })
  }

  /** Lets go of connections that are kept. */
  close(): void {
    this.#ssh?.destroy()
  }

  /** `unix:///run/docker.sock` */
  get address(): string {
    return describeEndpoint(this.endpoint)
  }

  /** The JSON of the answer, undefined when it is empty. The type is the caller's claim: what Podman may leave out is optional in it. */
  async json<T>(request: DockerRequest): Promise<T> {
    // Read here: docker-modem would wait for ever for the rest of an answer whose line broke, as that of a wait does.
    const body = await this.stream(request)
    try {
      return parsed(await text(body)) as T
    } catch (error) {
      throw translateError(error, { about: request.about, endpoint: this.endpoint, request })
    }
  }

  /** The body of the answer, unread. Destroying it ends the request. */
  async stream(request: DockerRequest): Promise<IncomingMessage> {
    const body = (await this.#dial(request, { isStream: true })) as IncomingMessage
    return body
  }

  /** The connection itself, after the daemon has handed it over (attach, exec). Ending it half-closes it. */
  async hijack(request: DockerRequest): Promise<Duplex> {
    const socket = (await this.#dial(request, { isStream: true, hijack: true, openStdin: false })) as Duplex
    return socket
  }

  #dial(request: DockerRequest, extra: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#docker.modem.dial(
        {
          method: request.method,
          path: `${request.path}?`,
          options: { _query: definedOnly(request.query ?? {}), _body: Buffer.isBuffer(request.body) ? {} : (request.body ?? {}) },
          statusCodes: accepted,
          ...(request.headers === undefined ? {} : { headers: request.headers }),
          ...(request.upload === undefined ? {} : { file: request.upload }),
          ...(Buffer.isBuffer(request.body) ? { file: request.body } : {}),
          ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
          ...extra,
        },
        (error, result) => {
          if (error !== null && error !== undefined)
            reject(translateError(error, { about: request.about, endpoint: this.endpoint, request }))
          else resolve(result)
        },
      )
    })
  }
}

/** A path whose parts may be anything. */
export function pathOf(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("")
}

// Some answers are no JSON (`OK`), and say no more than their status.
function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const accepted = { 101: true, 200: true, 201: true, 204: true }

function definedOnly(query: NonNullable<DockerRequest["query"]>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}
