import { EngineError, isEngineError, parseReference } from "@plimsoll/runtime"

/** What Docker Hub is called in references, by its own address and by the one of its registry. */
const dockerHub = ["docker.io", "index.docker.io", "registry-1.docker.io"]

/** The one name of a registry: as references name it, in lower case. Throws `invalid_argument` when no reference could name it. */
export function registryName(text: string): string {
  const name = text.toLowerCase()
  if (dockerHub.includes(name)) return "docker.io"
  if (!URL.canParse(`http://${name}`)) throw refuse(text, "its port is out of range")
  if (domainOf(name) !== name)
    throw refuse(
      text,
      "references would take it for a name on docker.io. Write it with its domain or port, like “registry.example.com” or “registry:5000”",
    )
  return name
}

function domainOf(name: string): string | undefined {
  try {
    return parseReference(`${name}/name`).domain
  } catch (error) {
    if (isEngineError(error, "invalid_reference")) return undefined
    throw error
  }
}

function refuse(text: string, why: string): EngineError {
  return new EngineError("invalid_argument", { facts: { registry: text }, publicMessage: `“${text}” is no name of a registry: ${why}.` })
}
