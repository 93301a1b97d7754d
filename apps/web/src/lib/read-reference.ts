/** How a reference is understood. */
export interface ReadReference {
  /** The registry that it is asked of, with its port: `docker.io`. */
  registry: string
  /** `library/alpine` */
  path: string
  /** The tag, the digest, or both: `:3`, `@sha256:…`. */
  version: string
  /** All of it: `docker.io/library/alpine:3`. */
  full: string
}

/**
 * Reads a reference as the engine does (the grammar of distribution/reference): a lone name belongs to `docker.io/library`, a first part with a dot,
 * a colon, a capital or the word `localhost` is a registry, and the tag is `latest` unless one is said. `null`: it is none, an image's id, say.
 */
export function readReference(text: string): ReadReference | null {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return null
  const [named = "", digest, ...more] = text.split("@")
  if (more.length > 0 || (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))) return null
  const colon = named.lastIndexOf(":")
  // A colon before the last slash belongs to the port.
  const hasTag = colon > named.lastIndexOf("/")
  const name = hasTag ? named.slice(0, colon) : named
  const tag = hasTag ? named.slice(colon + 1) : digest === undefined ? "latest" : undefined
  const { registry, path } = split(name)
  if (!path.split("/").every((part) => /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/.test(part))) return null
  if (registry.length + 1 + path.length > 255 || !registryPattern.test(registry)) return null
  if (tag !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) return null
  if (registry === "docker.io" && /^library\/[0-9a-f]{64}$/.test(path)) return null
  const version = `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`
  return { registry, path, version, full: `${registry}/${path}${version}` }
}

const registryPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]{2,45}\])(?::\d{1,5})?$/

function split(name: string): { registry: string; path: string } {
  const slash = name.indexOf("/")
  const first = name.slice(0, Math.max(0, slash))
  const isRegistry = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase())
  const registry = isRegistry ? (first === "index.docker.io" ? "docker.io" : first) : "docker.io"
  const path = isRegistry ? name.slice(slash + 1) : name
  return { registry, path: registry === "docker.io" && !path.includes("/") ? `library/${path}` : path }
}
