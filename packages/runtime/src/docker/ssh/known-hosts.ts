import { createHmac } from "node:crypto"

/** The keys that a host is known by, as `known_hosts` names them: `ssh-ed25519` and the key's bytes. */
export interface KnownKey {
  type: string
  key: Buffer
}

const SSH_PORT = 22

/** What the text of `known_hosts` files says of a host; revoked keys are left out, and certificate authorities. (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") */
export function knownKeys(text: string, { host, port = SSH_PORT }: { host: string; port?: number }): KnownKey[] {
  const name = port === SSH_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
  const known: KnownKey[] = []
  const revoked = new Set<string>()
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/)
    const marker = fields[0]?.startsWith("@") === true ? fields.shift() : undefined
    const [hosts = "", type = "", key = ""] = fields
    if (hosts.startsWith("#") || key === "") continue
    if (marker === "@revoked") revoked.add(key)
    else if (marker === undefined && names(hosts, name)) known.push({ type, key: Buffer.from(key, "base64") })
  }
  return known.filter(({ key }) => !revoked.has(key.toString("base64")))
}

/** Names and patterns, separated by commas; `!` in front of one takes it out again. */
function names(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return isHashOf(hosts, name)
  const patterns = hosts.toLowerCase().split(",")
  const fits = (pattern: string) => asExpression(pattern).test(name)
  return patterns.some(fits) && !patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1)))
}

function asExpression(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".")
  return new RegExp(`^${text}$`)
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = "", hash] = hashed.split("|")
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash
}
