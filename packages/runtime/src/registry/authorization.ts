import type { Clock } from "../kernel/clock.js"
import type { RegistryCredentials } from "../spec/registry.js"
import { type Challenge, parseChallenge } from "./challenge.js"
import { registryInvalid, registryRefused } from "./registry-errors.js"

/** Asks a token service: GET, with the Authorization header for its origin alone. Resolves with its bounded answer. */
export type AskTokenService = (url: URL, authorization: string | undefined) => Promise<Buffer>

interface AuthorizationOptions {
  host: string
  /** The registry's scheme: a token service without TLS gets a password only from a registry that has none either. */
  protocol: string
  credentials: RegistryCredentials | undefined
  clock: Pick<Clock, "now">
  ask: AskTokenService
}

/**
 * The Authorization header for one registry, as it asked for it: none until it answers 401, then basic, or a bearer token for
 * the scopes of the request, kept until it expires. (distribution token specification)
 */
export class Authorization {
  private challenge: Challenge | undefined
  private readonly tokens = new Map<string, { value: Promise<string>; expiresAt: number }>()

  constructor(private readonly options: AuthorizationOptions) {}

  /** Undefined: none is needed so far. Rejects with `registry_refused`, `registry_invalid`, and as the token service does. */
  async header(scopes: readonly string[]): Promise<string | undefined> {
    if (this.challenge === undefined) return undefined
    if (this.challenge.scheme === "basic") return this.basic()
    const key = scopes.join(" ")
    const known = this.tokens.get(key)
    if (known !== undefined && known.expiresAt > this.options.clock.now()) return `Bearer ${await known.value}`
    return `Bearer ${await this.renew(this.challenge, key, scopes)}`
  }

  /** Takes note of a 401. Throws `registry_refused` when it asks for nothing that can be given. */
  learn(header: string | readonly string[] | undefined, scopes: readonly string[]): void {
    const challenge = parseChallenge(header)
    const { host, credentials } = this.options
    if (challenge === undefined) throw registryRefused(host, "refuses the request without saying which credentials it wants")
    if (challenge.scheme === "basic" && credentials === undefined)
      throw registryRefused(host, "wants a user name and a password. Add its credentials, then try again")
    this.challenge = challenge
    this.tokens.delete(scopes.join(" "))
  }

  private renew(challenge: Extract<Challenge, { scheme: "bearer" }>, key: string, scopes: readonly string[]): Promise<string> {
    const entry = { value: Promise.resolve(""), expiresAt: Number.POSITIVE_INFINITY }
    entry.value = this.fetchToken(challenge, scopes).then(
      ({ token, lifetimeMs }) => {
        entry.expiresAt = this.options.clock.now() + lifetimeMs
        return token
      },
      (error: unknown) => {
        this.tokens.delete(key)
        throw error
      },
    )
    this.tokens.set(key, entry)
    return entry.value
  }

  private async fetchToken(
    { realm, service }: Extract<Challenge, { scheme: "bearer" }>,
    scopes: readonly string[],
  ): Promise<{ token: string; lifetimeMs: number }> {
    const { host, credentials, protocol } = this.options
    if (!URL.canParse(realm)) throw registryInvalid(host, "the address of its token service is malformed")
    const url = new URL(realm)
    if (url.protocol !== "https:" && protocol === "https:") throw registryInvalid(host, "its token service has no TLS")
    if (service !== undefined) url.searchParams.set("service", service)
    for (const scope of scopes) url.searchParams.append("scope", scope)
    if (credentials !== undefined) url.searchParams.set("account", credentials.username)
    return parseToken(host, await this.options.ask(url, credentials === undefined ? undefined : this.basic()))
  }

  private basic(): string | undefined {
    const { credentials } = this.options
    if (credentials === undefined) return undefined
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`
  }
}

/** What a token lives when its service does not say, and how much earlier than it says we ask for another. */
const usualLifetimeSeconds = 60
const marginMs = 5_000

function parseToken(host: string, body: Buffer): { token: string; lifetimeMs: number } {
  const answer = parseObject(host, body)
  const token = answer.token ?? answer.access_token
  // What is not a token by RFC 6750 could end the header and begin another.
  if (typeof token !== "string" || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw registryInvalid(host, "its token service gave no usable token")
  const seconds = typeof answer.expires_in === "number" && answer.expires_in > 0 ? answer.expires_in : usualLifetimeSeconds
  return { token, lifetimeMs: Math.max(0, seconds * 1000 - marginMs) }
}

function parseObject(host: string, body: Buffer): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(body.toString("utf8"))
    if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer as Record<string, unknown>
  } catch (error) {
    throw registryInvalid(host, "the answer of its token service is no JSON", {}, error)
  }
  throw registryInvalid(host, "the answer of its token service is no JSON object")
}
