import { localHost } from "../../contract/hosts.js"
import type { KnownContainer } from "./audit.js"

/** As the engine takes them. */
const PREFIX = /^[0-9a-f]{4,63}$/

/**
 * Those that the names (ids, prefixes or names) stand for, each at most once; a name that could be several, which is refused, stands for none. Names are a
 * tenant's own: `tenant` is whose are meant, `null` all; of several hosts' this machine's is meant.
 */
export function findContainers(all: readonly KnownContainer[], names: readonly string[], tenant: string | null): KnownContainer[] {
  const own = tenant === null ? all : all.filter((container) => container.tenant === tenant)
  const byId = new Map(own.map((container) => [container.id, container]))
  const found = names.flatMap((name) => {
    const exact = byId.get(name)
    if (exact !== undefined) return [exact]
    const named = own.filter((container) => container.name === name)
    const candidates = named.length === 0 && PREFIX.test(name) ? own.filter(({ id }) => id.startsWith(name)) : named
    const local = candidates.filter(({ host }) => host === localHost)
    const meant = local.length > 0 ? local : candidates
    return meant.length === 1 ? meant : []
  })
  return [...new Set(found)]
}
