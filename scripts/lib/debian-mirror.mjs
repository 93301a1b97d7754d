import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The Debian mirror that this host's apt uses, or undefined where it uses none (Ubuntu). */
export function debianMirror(directory = "/etc/apt") {
  const parts = join(directory, "sources.list.d")
  const files = [join(directory, "sources.list"), ...(existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [])]
  const texts = files.filter((path) => /\.(list|sources)$/.test(path) && existsSync(path)).map((path) => [path, readFileSync(path, "utf8")])
  return texts.flatMap(([path, text]) => (path.endsWith(".sources") ? stanzas(text) : lines(text))).find(isDebian)?.uri
}

/** sources.list(5), deb822-style. */
function stanzas(text) {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => Object.fromEntries(fields(stanza)))
    .filter(({ types = "", enabled = "yes" }) => types.split(/\s+/).includes("deb") && enabled !== "no")
    .flatMap(({ uris = "", suites = "", components = "" }) => uris.split(/\s+/).map((uri) => ({ uri, suites, components })))
}

function fields(stanza) {
  const uncommented = stanza.replace(/^#.*\n?/gm, "").replace(/\n\s+/g, " ")
  return [...uncommented.matchAll(/^([\w-]+):[ \t]*(.*)$/gm)].map(([, name, value]) => [name.toLowerCase(), value.trim()])
}

/** sources.list(5), one-line-style. */
function lines(text) {
  return [...text.matchAll(/^[ \t]*deb[ \t]+(?:\[[^\]]*\][ \t]*)?(\S+)[ \t]+(\S+)[ \t]+(.*)$/gm)].map(([, uri, suites, components]) => ({
    uri,
    suites,
    components,
  }))
}

/** Debian's own archive, not its security updates and not somebody else's. */
function isDebian({ uri, suites, components }) {
  return /^https?:\/\/\S*\/debian\/?$/.test(uri) && !/security/.test(suites) && /\bmain\b/.test(components)
}
