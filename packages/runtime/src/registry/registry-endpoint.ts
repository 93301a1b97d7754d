import { EngineError } from "../errors.js"
import type { RegistrySettings } from "../spec/registry.js"
import { literalReach } from "./address-reach.js"

/** One address at which a repository can be asked for. */
export interface RegistryEndpoint {
  /** `https://host[:port]/…/`, with a slash at its end. */
  base: URL
  /** Named in the settings: its address may be any but a forbidden one. */
  configured: boolean
  /** The registry itself: only it gets credentials. */
  origin: boolean
}

/** The mirrors of a registry in the order of the settings, then the registry itself. Throws `invalid_argument` for a mirror that is no http(s) address, `invalid_reference`. */
export function endpointsOf(domain: string, settings: RegistrySettings): RegistryEndpoint[] {
  const mirrors = (settings.mirrors?.[domain] ?? []).map((text) => ({ base: mirrorBase(text), configured: true, origin: false }))
  return [...mirrors, originOf(domain, settings)]
}

function originOf(domain: string, settings: RegistrySettings): RegistryEndpoint {
  const host = domain === "docker.io" ? dockerHub : domain
  if (!URL.canParse(`http://${host}`))
    throw new EngineError("invalid_reference", {
      facts: { domain },
      publicMessage: `“${domain}” is no address of a registry: its port or number is out of range.`,
    })
  const configured = settings.plainHttp?.includes(domain) === true
  const plain = configured || literalReach(new URL(`http://${host}`).hostname) === "loopback"
  return { base: new URL(`${plain ? "http" : "https"}://${host}/`), configured, origin: true }
}

// What every client has built in: the host of its references is not the host of its registry.
const dockerHub = "registry-1.docker.io"

function mirrorBase(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    (url.protocol !== "https:" && url.protocol !== "http:") ||
    url.username !== "" ||
    url.password !== "" ||
    url.search !== ""
  )
    throw new EngineError("invalid_argument", {
      facts: { mirror: text.slice(0, 200) },
      publicMessage: `“${text.slice(0, 200)}” is no address of a mirror. Write it like https://mirror.example.com.`,
    })
  return new URL(url.pathname.endsWith("/") ? url : `${url.href}/`)
}
