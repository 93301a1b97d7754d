import type { SignedIn } from "../session/sessions.js"
import { asObject } from "./as-object.js"
import type { KnownContainer } from "./audit.js"
import { cut } from "./audit-attributes.js"

export interface AuditObject {
  id: string
  name: string
  tenant: string
}

/** By what an input names the thing that it is about, where that is neither `id` nor the like. */
const NAMED_BY: Readonly<Record<string, string>> = {
  tenants: "tenant",
  plans: "plan",
  hosts: "host",
  registries: "registry",
  networks: "name",
  volumes: "name",
  images: "reference",
}
const IDS = ["id", "userId", "execId", "reference"]
/** Of something that is only made, or that has no id: the next best. */
const OTHERWISE = ["name", "registry", "tenant", "host"]
const TEXT_CHARACTERS = 512

/**
 * What an operation was about. `containers` are those that the input names and the session may know of. The tenant is the session's own: what somebody
 * of one tenant tries with another's name is nothing for the other's eyes.
 */
export function auditObject(about: {
  operation: string
  session: SignedIn | null
  input: unknown
  output?: unknown
  /** Who did it. */
  person: string
  containers: readonly KnownContainer[]
}): AuditObject {
  const { operation, session, containers } = about
  const noun = nounOf(operation)
  const input = { ...asObject(asObject(about.input).spec), ...asObject(about.input) }
  const output = asObject(about.output)
  const made = { ...asObject(output.entry), ...output }
  const [container] = containers.length === 1 && noun === "containers" ? containers : []
  const id =
    container?.id ??
    firstText(input, [...(NAMED_BY[noun] === undefined ? [] : [NAMED_BY[noun]]), ...IDS]) ??
    firstText(made, ["id"]) ??
    firstText(input, OTHERWISE) ??
    // Who signs in does it to themselves.
    (operation.includes(".") ? noun : about.person)
  const name = container?.name ?? firstText(input, ["name"]) ?? firstText(made, ["name"]) ?? id
  const tenants = new Set(containers.map(({ tenant }) => tenant))
  const tenant = session?.tenant ?? firstText(input, ["tenant"]) ?? (tenants.size === 1 ? [...tenants][0] : undefined) ?? "operator"
  return { id, name, tenant }
}

/** What an input has of containers' ids, prefixes and names. */
export function namedContainers(operation: string, input: unknown): string[] {
  const { id, ids, container } = asObject(input)
  const own = nounOf(operation) === "containers" ? [id, ...(Array.isArray(ids) ? ids : [])] : []
  return [...own, container].filter((name) => typeof name === "string")
}

/** `http.containers.archive.read` → `containers`. */
function nounOf(operation: string): string {
  const [first = operation, second] = operation.split(".")
  return first === "http" && second !== undefined ? second : first
}

function firstText(object: Readonly<Record<string, unknown>>, keys: readonly string[]): string | undefined {
  const text = keys.map((key) => object[key]).find((value) => typeof value === "string" && value !== "")
  return typeof text === "string" ? cut(text, TEXT_CHARACTERS) : undefined
}
