import { isEngineError } from "../errors.js"
import { type Clock, systemClock } from "../kernel/clock.js"
import type { RegistryCredentials, RegistrySettings, RegistryTest } from "../spec/registry.js"
import { parseChallenge } from "./challenge.js"
import { endpointsOf } from "./registry-endpoint.js"
import { registryInvalid, registryRefused } from "./registry-errors.js"
import { RegistrySession, type SessionOptions, type SessionRequest } from "./registry-session.js"

export interface TestRegistryOptions {
  credentials?: RegistryCredentials
  settings?: Pick<RegistrySettings, "plainHttp" | "proxy">
  signal?: AbortSignal
  clock?: Pick<Clock, "now" | "sleep">
  /** For jitter. Default Math.random. */
  random?: () => number
  /** Injected by tests. */
  resolve?: SessionOptions["resolve"]
}

/** Somebody waits for the answer. */
const attempts = 2

/**
 * Asks a registry (`docker.io`, `registry.example.com:5000`) how it wants to be spoken to, and with credentials whether it accepts them. Its mirrors are
 * not asked. Rejects with `registry_unavailable` when it does not answer, `registry_refused` when it does not accept the credentials, `registry_invalid`
 * when what answers is no registry, `invalid_reference`, `aborted`. (distribution-spec, "Determining Support")
 */
export async function testRegistry(registry: string, options: TestRegistryOptions = {}): Promise<RegistryTest> {
  const { credentials, settings = {}, signal, clock = systemClock, random = Math.random, resolve } = options
  const [endpoint] = endpointsOf(registry, { plainHttp: settings.plainHttp ?? [] })
  if (endpoint === undefined) throw new TypeError("a registry has at least one address")
  const session = new RegistrySession({
    endpoint,
    proxy: settings.proxy,
    clock,
    random,
    attempts,
    ...(credentials === undefined ? {} : { credentials }),
    ...(resolve === undefined ? {} : { resolve }),
  })
  const request = { method: "GET", url: new URL("v2/", endpoint.base), scopes: [], ...(signal === undefined ? {} : { signal }) } as const
  try {
    const authentication = await askWithout(session, request)
    if (authentication === "none" || credentials === undefined) return { authentication, signedIn: false }
    await signIn(session, request)
    return { authentication, signedIn: true }
  } finally {
    await session.close()
  }
}

async function askWithout(session: RegistrySession, request: Omit<SessionRequest, "expect">): Promise<RegistryTest["authentication"]> {
  const response = await session.send({ ...request, expect: [200, 401, 404] })
  await response.body.dump()
  if (response.status === 200) return "none"
  if (response.status === 404) throw registryInvalid(session.host, "no registry answers there (404 for /v2/). Check its name and port")
  const challenge = parseChallenge(response.header("www-authenticate"))
  if (challenge === undefined) throw registryRefused(session.host, "refuses requests without saying which credentials it wants")
  return challenge.scheme === "basic" ? "basic" : "token"
}

async function signIn(session: RegistrySession, request: Omit<SessionRequest, "expect">): Promise<void> {
  try {
    const response = await session.send({ ...request, expect: [200] })
    await response.body.dump()
  } catch (error) {
    if (!isEngineError(error, "registry_refused")) throw error
    const why = "does not accept this user name and password. Check both, then try again; an access token goes where the password is"
    throw registryRefused(session.host, why, { status: error.facts.status })
  }
}
