import type { Readable } from "node:stream"
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici"
import { EngineError } from "../errors.js"
import type { Clock } from "../kernel/clock.js"
import type { RegistryCredentials, RegistrySettings } from "../spec/registry.js"
import { AddressGate, type AddressGateOptions } from "./address-gate.js"
import { literalReach } from "./address-reach.js"
import { Authorization } from "./authorization.js"
import { parseRetryAfter, withBackoff } from "./backoff.js"
import { describeRefusal } from "./describe-refusal.js"
import { readBounded } from "./read-bounded.js"
import type { RegistryEndpoint } from "./registry-endpoint.js"
import { registryInvalid, registryRefused, registryUnavailable, shownUrl, TransientFailure } from "./registry-errors.js"
import { translateNetworkError } from "./translate-network-error.js"

export interface SessionOptions {
  endpoint: RegistryEndpoint
  credentials?: RegistryCredentials
  proxy?: RegistrySettings["proxy"]
  clock: Pick<Clock, "now" | "sleep">
  random: () => number
  /** Tries of a request that fails for a reason that may pass. */
  attempts: number
  /** Injected by tests. */
  resolve?: AddressGateOptions["resolve"]
}

export interface SessionRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"
  url: URL
  /** `repository:path:pull`, … */
  scopes: readonly string[]
  headers?: Readonly<Record<string, string>>
  /** Made anew for each try. */
  body?: () => Buffer | Readable
  /** Statuses that are an answer; every other is an error. */
  expect: readonly number[]
  /** Default: as the session's. */
  attempts?: number
  signal?: AbortSignal
}

export interface SessionResponse {
  status: number
  /** Who answered: not the one who was asked, after a redirect. */
  url: URL
  header(name: string): string | undefined
  body: Dispatcher.ResponseData["body"]
}

const maximumRedirects = 5
const maximumTokenBytes = 1 << 20
const redirects: readonly number[] = [301, 302, 303, 307, 308]
const transient: readonly number[] = [408, 425, 429, 500, 502, 503, 504]
const timeouts = { connectMs: 10_000, headersMs: 60_000, betweenBytesMs: 30_000 } as const

/** HTTP with one registry: what it asks for is authorised, redirects are followed, what may pass is tried again, and no request leaves the `AddressGate`. */
export class RegistrySession {
  readonly host: string
  private readonly gate: AddressGate
  private readonly authorization: Authorization
  private readonly direct: Agent
  private readonly proxied: Dispatcher

  constructor(private readonly options: SessionOptions) {
    const { base, configured } = options.endpoint
    this.host = base.host
    this.gate = new AddressGate({
      hostname: base.hostname,
      configured,
      ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    })
    this.authorization = new Authorization({
      host: this.host,
      protocol: base.protocol,
      credentials: options.endpoint.origin ? options.credentials : undefined,
      clock: options.clock,
      ask: (url, authorization) => this.askTokenService(url, authorization),
    })
    const agent = {
      connect: { lookup: this.gate.lookup, timeout: timeouts.connectMs },
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.betweenBytesMs,
    }
    const { https, http, noProxy } = options.proxy ?? {}
    this.direct = new Agent(agent)
    this.proxied = new EnvHttpProxyAgent({
      ...agent,
      ...(https === undefined ? {} : { httpsProxy: https }),
      ...(http === undefined ? {} : { httpProxy: http }),
      ...(noProxy === undefined ? {} : { noProxy }),
    })
  }

  /**
   * Rejects with `registry_unavailable`, `registry_refused` (401, 403), `registry_invalid` (any other status that is not expected, a redirect that
   * must not be followed), `aborted`. The body of the response is the caller's to read or to dump.
   */
  async send(request: SessionRequest): Promise<SessionResponse> {
    const { clock, random } = this.options
    try {
      return await withBackoff(
        {
          clock,
          random,
          attempts: request.attempts ?? this.options.attempts,
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        },
        () => this.attempt(request),
      )
    } catch (error) {
      throw this.translate(error, request)
    }
  }

  /** Work of several requests: rejects with `aborted` when it fails because the caller gave up, with `registry_unavailable` when the line breaks. */
  async during<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.translate(error, { url: this.options.endpoint.base, ...(signal === undefined ? {} : { signal }) })
    }
  }

  /** Where a Location header leads. Throws `registry_invalid` when it is malformed or leaves TLS. */
  resolveLocation(from: URL, location: string): URL {
    const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
    if (next === undefined) throw registryInvalid(this.host, "it points to a malformed address")
    if (from.protocol === "https:" && next.protocol !== "https:") throw registryInvalid(this.host, "it points to an address without TLS")
    return next
  }

  /** What went wrong on the line while a body was read, as the same errors; a `TransientFailure` stays one. */
  networkError(error: unknown): unknown {
    return translateNetworkError(error, this.host)
  }

  async close(): Promise<void> {
    await Promise.all([this.direct.destroy(), this.proxied.destroy()])
  }

  private translate(error: unknown, { signal, url }: Pick<SessionRequest, "signal" | "url">): unknown {
    if (signal?.aborted === true) return new EngineError("aborted", { facts: { host: this.host }, cause: signal.reason })
    if (!(error instanceof TransientFailure)) return error
    return registryUnavailable(this.host, error.why, { url: shownUrl(url) }, error)
  }

  private async attempt(request: SessionRequest): Promise<SessionResponse> {
    const response = await this.follow(request, (url) => this.authorize(url, request))
    if (request.expect.includes(response.status)) return response
    if (response.status === 401 && this.isOurs(response.url)) {
      await response.body.dump()
      this.authorization.learn(response.header("www-authenticate"), request.scopes)
      const second = await this.follow(request, (url) => this.authorize(url, request))
      if (request.expect.includes(second.status)) return second
      return this.fail(second)
    }
    return this.fail(response)
  }

  private async authorize(url: URL, { scopes }: SessionRequest): Promise<string | undefined> {
    return this.isOurs(url) ? this.authorization.header(scopes) : undefined
  }

  private isOurs(url: URL): boolean {
    return url.origin === this.options.endpoint.base.origin
  }

  private async fail(response: SessionResponse): Promise<never> {
    const facts = { status: response.status, url: shownUrl(response.url) }
    const retryAfter = parseRetryAfter(response.header("retry-after"), this.options.clock.now())
    const said = await describeRefusal(response.body)
    if (transient.includes(response.status)) {
      const why = response.status === 429 ? "refuses more requests for now (429)" : `failed (${response.status})`
      throw new TransientFailure(why, retryAfter)
    }
    if (response.status === 401 || response.status === 403) {
      const why =
        this.options.credentials === undefined ? "wants credentials, or has no such repository" : "does not accept the credentials for this"
      throw registryRefused(this.host, `${why}${said}`, facts)
    }
    throw registryInvalid(this.host, `it answered with status ${response.status}${said}`, facts)
  }

  private async askTokenService(url: URL, authorization: string | undefined): Promise<Buffer> {
    const response = await this.follow({ method: "GET", url }, async (target) => (target.origin === url.origin ? authorization : undefined))
    if (response.status === 200)
      return readBounded(response.body, { host: url.host, what: "the answer of its token service", maximumBytes: maximumTokenBytes })
    if (response.status === 400 || response.status === 404) {
      await response.body.dump()
      throw registryInvalid(this.host, `its token service answered with status ${response.status}`)
    }
    return this.fail(response)
  }

  private async follow(
    request: Omit<SessionRequest, "scopes" | "expect">,
    authorize: (url: URL) => Promise<string | undefined>,
  ): Promise<SessionResponse> {
    let url = request.url
    for (let hops = 0; hops <= maximumRedirects; hops++) {
      const response = await this.hop({ ...request, url }, await authorize(url))
      const location = response.header("location")
      const isRead = request.method === "GET" || request.method === "HEAD"
      if (!isRead || !redirects.includes(response.status) || location === undefined) return response
      await response.body.dump()
      url = this.resolveLocation(url, location)
    }
    throw registryInvalid(this.host, `it redirects more than ${maximumRedirects} times`)
  }

  private async hop(request: Omit<SessionRequest, "scopes" | "expect">, authorization: string | undefined): Promise<SessionResponse> {
    const { url, method, signal } = request
    this.gate.check(url)
    const dispatcher = literalReach(url.hostname) === "loopback" ? this.direct : this.proxied
    try {
      const { statusCode, headers, body } = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { "user-agent": "plimsoll", ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
        body: request.body?.() ?? null,
        ...(signal === undefined ? {} : { signal }),
      })
      // Who reads it learns of a broken line by reading; one that is let go unread must not take the process with it.
      body.on("error", () => undefined)
      const header = (name: string): string | undefined => {
        const value = headers[name]
        return Array.isArray(value) ? value.join(", ") : value
      }
      return { status: statusCode, url, header, body }
    } catch (error) {
      throw translateNetworkError(error, url.host)
    }
  }
}
