import { EngineError, type EngineErrorCode, type ErrorFacts, errnoOf, isEngineError } from "../errors.js"
import { type DockerEndpoint, describeEndpoint, endpointRemedy } from "./endpoint.js"

/** What a request is about. */
export interface DockerSubject {
  kind: "container" | "image" | "network" | "volume" | "exec" | "engine"
  /** As the caller named it. */
  name?: string
  /** Host of the registry that the daemon talks to for it. */
  registry?: string
  /** Completes "cannot …": `start it`. */
  doing: string
}

interface Context {
  about: DockerSubject
  endpoint: DockerEndpoint
  /** `signal`: the caller's; a connection that breaks after it spoke was given up. */
  request: { method: string; path: string; signal?: AbortSignal }
}

/**
 * Docker's answer as an error of the engine: the one place that reads its statuses and wordings. Its message is what its daemon's
 * version and its OCI runtime happen to say; where a status says too little, the wording decides, and what none of them knows is
 * `runtime_failed` with that message.
 */
export function translateError(error: unknown, context: Context): EngineError {
  if (isEngineError(error)) return error
  const status = statusOf(error)
  if (status === undefined) return connectionError(error, context)
  const said = messageOf(error)
  const known = wordingOf(said, context.about)
  const code = known?.code ?? codeOfStatus(status, context.about)
  return refusal(code, { said, status, cause: error, ...context, extra: known?.facts?.(said) ?? {} })
}

/** An error that the daemon tells inside of a stream that began well (`{"errorDetail": …}`). */
export function streamError(said: string, about: DockerSubject, endpoint: DockerEndpoint): EngineError {
  const known = wordingOf(said, about)
  const request = { method: "", path: "" }
  return refusal(known?.code ?? "runtime_failed", { said, status: 200, about, endpoint, request, extra: known?.facts?.(said) ?? {} })
}

interface Wording {
  pattern: RegExp
  code: EngineErrorCode
  kinds?: readonly DockerSubject["kind"][]
  facts?: (said: string) => ErrorFacts
}

function wordingOf(said: string, { kind, registry }: DockerSubject): Wording | undefined {
  const fits = ({ pattern, kinds }: Wording) => pattern.test(said) && (kinds?.includes(kind) ?? true)
  const ofRegistry = registry === undefined || isUnpacking.test(said) ? undefined : registryWordings.find(fits)
  return ofRegistry ?? wordings.find(fits)
}

/** What is wrong with a layer's files is no fault of the line or the registry. */
const isUnpacking = /failed to register layer|processing tar file/i

const exitCodeOf = (said: string): ErrorFacts => ({ exitCode: notFoundPattern.test(said) ? 127 : 126 })
const notFoundPattern = /executable file not found|executable file `[^`]*` not found|no such file or directory/i

/** In order: the first that fits decides. Gathered from moby, containerd, runc, crun and libpod. */
const wordings: readonly Wording[] = [
  { pattern: /no space left on device|disk quota exceeded/i, code: "disk_full" },
  // Whoever listens there speaks, but not with us.
  { pattern: /HTTP request to an HTTPS server/i, code: "engine_unavailable" },
  { pattern: /port is already allocated|address already in use|port is already in use|ports? conflict/i, code: "port_in_use" },
  { pattern: /is already in use by (container|"|pod)|name .* is already in use|name ".*" is in use|already exists/i, code: "name_in_use" },
  {
    pattern: /(is using its referenced image|image is being used|image is in use|image used by|in use by a container)/i,
    code: "image_in_use",
    kinds: ["image"],
  },
  { pattern: /volume .*(is|being) (in use|used)|volume is in use/i, code: "volume_in_use" },
  { pattern: /has active endpoints|network is being used|has associated containers/i, code: "network_in_use" },
  { pattern: /no such image|image not known|failed to find image|unable to find .* in local storage/i, code: "image_not_found" },
  // Podman has 500 for one that goes while it is asked for.
  { pattern: /no such container|container .* does not exist/i, code: "not_found", kinds: ["container"] },
  { pattern: /no such (volume|network)|(volume|network) not found|network .* not found/i, code: "not_found" },
  { pattern: /unable to find (user|group)|no matching entries in (passwd|group)|no such user/i, code: "invalid_argument" },
  { pattern: /cannot join network of a non running container|cannot join .* namespace of (a non running|a stopped)/i, code: "conflict" },
  {
    pattern: /is not running|is not paused|container state improper|is paused|already paused|not in (a )?running state/i,
    code: "conflict",
  },
  {
    pattern:
      /(OCI runtime|runc|crun|starting container process|exec failed).*(executable file|no such file or directory|permission denied|is a directory|not a directory)|command .*not found/is,
    code: "command_not_found",
    kinds: ["container", "exec"],
    facts: exitCodeOf,
  },
  // Directories on the way are made while unpacking: what is still missing lies behind a link, or is a hard link's target, outside.
  { pattern: /processing tar file.*(no such file or directory|invalid cross-device link)/i, code: "archive_unsafe", kinds: ["image"] },
  { pattern: /breakout|invalid (hard|sym)link|outside of (root|the)|escapes/i, code: "archive_unsafe" },
  { pattern: /unexpected EOF|invalid tar header|archive\/tar/i, code: "archive_invalid" },
  { pattern: /not a directory|extraction point is not a directory/i, code: "invalid_argument" },
  { pattern: /could not find the file|no such file or directory|no such container:path/i, code: "not_found" },
  { pattern: /not supported|not implemented|unsupported|unknown runtime/i, code: "unsupported" },
]

/** What the daemon says of a registry, before the others. Gathered from moby, containerd, distribution and containers/image. */
const registryWordings: readonly Wording[] = [
  { pattern: /no space left on device|disk quota exceeded/i, code: "disk_full" },
  { pattern: /context canceled/i, code: "aborted" },
  {
    pattern: /verification failed for digest|did not match.*digest|digest.*(did not match|mismatch|does not match)/i,
    code: "digest_mismatch",
  },
  {
    pattern: /no matching manifest for|no image found in (manifest list|image index) for|does not match the specified platform/i,
    code: "unsupported",
  },
  {
    pattern:
      /unauthorized|authentication required|no basic auth credentials|incorrect username or password|denied|invalid username\/password/i,
    code: "registry_refused",
  },
  { pattern: /manifest unknown|name unknown|repository .* not found|does not exist|manifest for .* not found/i, code: "image_not_found" },
  {
    pattern:
      /dial (tcp|udp|unix)|connection (refused|reset)|no such host|no route to host|network is unreachable|timeout|deadline exceeded|TLS handshake|x509|HTTP response to HTTPS client|unexpected EOF|\bEOF$|toomanyrequests|too many requests|unexpected (HTTP )?status|invalid status code from registry|server error/i,
    code: "registry_unavailable",
  },
  {
    pattern:
      /unsupported (manifest|media ?type)|unknown (media|manifest)|unrecognized|invalid (character|manifest)|missing (signature|manifest)|unexpected end of JSON|error (parsing|unmarshal)|cannot unmarshal|blob unknown|rootfs|mediatype/i,
    code: "registry_invalid",
  },
]

function codeOfStatus(status: number, about: DockerSubject): EngineErrorCode {
  switch (status) {
    case 400:
      return "invalid_argument"
    case 401:
    case 403:
      return "permission_denied"
    case 404:
      return about.kind === "image" ? "image_not_found" : "not_found"
    case 304:
    case 409:
      return "conflict"
    case 501:
      return "unsupported"
    case 503:
      return "engine_unavailable"
    default:
      return "runtime_failed"
  }
}

function connectionError(error: unknown, { about, endpoint, request }: Context): EngineError {
  if (request.signal?.aborted === true || (error instanceof Error && error.name === "AbortError"))
    return new EngineError("aborted", { cause: error, facts: { doing: about.doing }, publicMessage: "The caller gave up waiting." })
  const errno = errnoOf(error) ?? ""
  const said = error instanceof Error ? error.message : String(error)
  return engineAway(endpoint, { errno, said, cause: error, facts: { method: request.method, path: request.path } })
}

/** The daemon cannot be reached. */
export function engineAway(
  endpoint: DockerEndpoint,
  { errno, said, cause, facts = {} }: { errno: string; said: string; cause?: unknown; facts?: ErrorFacts },
): EngineError {
  const address = describeEndpoint(endpoint)
  return new EngineError("engine_unavailable", {
    cause,
    facts: { ...facts, endpoint: address, errno, said, remedy: endpointRemedy(endpoint) },
    publicMessage: `The Docker Engine at ${address} ${reasons[errno] ?? `cannot be reached: ${said}.`} ${endpointRemedy(endpoint)}`,
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "is not there: its socket does not exist.",
  ECONNREFUSED: "does not answer: nobody listens.",
  EACCES: "refuses this user: its socket may not be opened.",
  EPIPE: "closed the connection.",
  ECONNRESET: "closed the connection.",
  ETIMEDOUT: "does not answer in time.",
  EHOSTUNREACH: "cannot be reached: there is no route to it.",
  ENOTFOUND: "cannot be reached: its host name is unknown.",
}

function refusal(
  code: EngineErrorCode,
  options: Context & { said: string; status: number; cause?: unknown; extra: ErrorFacts },
): EngineError {
  const { about, said, status, endpoint, request, cause, extra } = options
  const subject = about.name === undefined ? `the ${about.kind}` : `${about.kind} "${about.name.slice(0, 200)}"`
  return new EngineError(code, {
    cause,
    facts: {
      ...extra,
      status,
      said: said.slice(0, 1000),
      endpoint: describeEndpoint(endpoint),
      method: request.method,
      path: request.path,
    },
    publicMessage: `Docker cannot ${about.doing} (${subject}): ${sentence(said)}`,
  })
}

function sentence(said: string): string {
  const text = said.trim().slice(0, 500)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** HTTP status of an error of docker-modem. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined
}

function messageOf(error: unknown): string {
  if (error instanceof Error && "json" in error) {
    const { json } = error
    if (typeof json === "object" && json !== null && "message" in json && typeof json.message === "string") {
      const cause = "cause" in json && typeof json.cause === "string" && !json.message.includes(json.cause) ? ` (${json.cause})` : ""
      return json.message + cause
    }
  }
  return error instanceof Error ? error.message.replace(/^\(HTTP code \d+\) [^-]*- /, "").trim() : String(error)
}
