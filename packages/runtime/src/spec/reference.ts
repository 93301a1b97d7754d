import { EngineError } from "../errors.js"
import { type Digest, isDigest } from "./digest.js"

/** An image reference, normalised as Docker does it: registry host and full path, tag `latest` when nothing else is said. */
export interface ImageReference {
  /** Registry host with its port: `docker.io`, `localhost:5000`. */
  domain: string
  /** `library/alpine` */
  path: string
  /** Absent only beside a digest. */
  tag?: string
  digest?: Digest
}

/**
 * Parses `alpine:3`, `ghcr.io/owner/name@sha256:…` and the like by the grammar of distribution/reference. A lone name
 * belongs to `docker.io/library`, a first part with a dot, a colon, a capital or the word `localhost` is a registry host.
 * Throws `invalid_reference`.
 */
export function parseReference(text: string): ImageReference {
  if (text.length > maximumLength) throw invalid(text, `it is longer than ${maximumLength} characters`)
  if (text === "") throw invalid(text, "it is empty")
  const { rest, digest } = splitDigest(text)
  const { name, tag } = splitTag(rest)
  const { domain, path } = splitDomain(name)
  check(text, { domain, path, tag })
  if (digest !== undefined && !isDigest(digest)) throw invalid(text, "what follows @ is no sha256 digest")
  const named = { domain, path, ...(digest === undefined ? {} : { digest }) }
  if (tag !== undefined) return { ...named, tag }
  return digest === undefined ? { ...named, tag: "latest" } : named
}

/** The normalised spelling: `docker.io/library/alpine:3`. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`
  return `${repositoryOf(reference)}${tag}${digest}`
}

/** Host and path: `docker.io/library/alpine`. */
export function repositoryOf(reference: ImageReference): string {
  return `${reference.domain}/${reference.path}`
}

/** Parses and spells out: `alpine` → `docker.io/library/alpine:latest`. Throws `invalid_reference`. */
export function normaliseReference(text: string): string {
  return formatReference(parseReference(text))
}

/** As people write it: `docker.io/library/alpine:3` → `alpine:3`. */
export function familiarReference(reference: ImageReference): string {
  const full = formatReference(reference)
  if (reference.domain !== defaultDomain) return full
  const short = full.slice(defaultDomain.length + 1)
  return short.startsWith("library/") && !reference.path.slice("library/".length).includes("/") ? short.slice("library/".length) : short
}

const defaultDomain = "docker.io"
const maximumLength = 1024
const maximumNameLength = 255
const domainPattern =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]{1,5})?$/
const bracketedDomainPattern = /^\[[a-fA-F0-9:]{2,45}\](?::[0-9]{1,5})?$/
const componentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

function splitDigest(text: string): { rest: string; digest?: string } {
  const at = text.indexOf("@")
  return at < 0 ? { rest: text } : { rest: text.slice(0, at), digest: text.slice(at + 1) }
}

// A colon before the last slash belongs to the host's port.
function splitTag(text: string): { name: string; tag?: string } {
  const colon = text.lastIndexOf(":")
  return colon < 0 || colon < text.lastIndexOf("/") ? { name: text } : { name: text.slice(0, colon), tag: text.slice(colon + 1) }
}

function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf("/")
  const first = name.slice(0, Math.max(0, slash))
  const isHost = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase())
  const domain = isHost ? first : defaultDomain
  const path = isHost ? name.slice(slash + 1) : name
  const canonical = domain === "index.docker.io" ? defaultDomain : domain
  return { domain: canonical, path: canonical === defaultDomain && !path.includes("/") ? `library/${path}` : path }
}

function check(text: string, parts: { domain: string; path: string; tag: string | undefined }): void {
  if (!domainPattern.test(parts.domain) && !bracketedDomainPattern.test(parts.domain)) throw invalid(text, "the registry host is malformed")
  if (parts.domain.length + 1 + parts.path.length > maximumNameLength)
    throw invalid(text, `the name is longer than ${maximumNameLength} characters`)
  if (parts.path !== parts.path.toLowerCase()) throw invalid(text, "the name has capital letters")
  if (!parts.path.split("/").every((component) => componentPattern.test(component))) {
    throw invalid(
      text,
      "a name has lower-case letters and digits, joined by single dots, one or two underscores, or hyphens, in parts separated by /",
    )
  }
  if (/^library\/[0-9a-f]{64}$/.test(parts.path) && parts.domain === defaultDomain)
    throw invalid(text, "64 hexadecimal digits are an image id; write it as sha256:…")
  if (parts.tag !== undefined && !tagPattern.test(parts.tag))
    throw invalid(text, "a tag has up to 128 letters, digits, dots, hyphens and underscores")
}

function invalid(text: string, why: string): EngineError {
  return new EngineError("invalid_reference", {
    facts: { reference: text.slice(0, 200), why },
    publicMessage: `“${text.slice(0, 100)}” is not an image reference: ${why}. Write it like alpine:3 or registry.example.com/team/app:1.2.`,
  })
}
