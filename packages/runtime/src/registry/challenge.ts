/** What a registry asks for with 401. (RFC 9110, 11.6.1; distribution token specification) */
export type Challenge = { scheme: "basic" } | { scheme: "bearer"; realm: string; service?: string }

/** The first challenge of a WWW-Authenticate header that we can answer; a bearer's before a basic one. Undefined: there is none. */
export function parseChallenge(header: string | readonly string[] | undefined): Challenge | undefined {
  const text = (typeof header === "string" ? header : (header ?? []).join(", ")).slice(0, maximumLength)
  const found = schemesOf(text)
  const bearer = found.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"))
  const realm = bearer?.parameters.get("realm")
  if (bearer !== undefined && realm !== undefined) {
    const service = bearer.parameters.get("service")
    return { scheme: "bearer", realm, ...(service === undefined ? {} : { service }) }
  }
  return found.some(({ scheme }) => scheme === "basic") ? { scheme: "basic" } : undefined
}

const maximumLength = 8192
const maximumSchemes = 20
// A parameter, or a scheme followed by space. No two neighbours in it match the same text, so that it takes linear time.
const token = /[\s,]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s|,|$))/y

function schemesOf(text: string): { scheme: string; parameters: Map<string, string> }[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  token.lastIndex = 0
  for (let match = token.exec(text); match !== null && found.length < maximumSchemes; match = token.exec(text)) {
    const [, name, quoted, plain, scheme] = match
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
    else if (name !== undefined) found.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "")
  }
  return found
}
