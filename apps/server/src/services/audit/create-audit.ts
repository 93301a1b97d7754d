import { bounds } from "../../contract/bounds.js"
import type { AuditActor } from "../../contract/events.js"
import { localHost } from "../../contract/hosts.js"
import type { RunningEventLog } from "../events/create-event-log.js"
import { LOCAL_SESSION } from "../session/operator-token.js"
import type { SignedIn } from "../session/sessions.js"
import { asObject } from "./as-object.js"
import type { Audit, AuditEntry, KnownContainer } from "./audit.js"
import { auditAttributes, cut, cutIds } from "./audit-attributes.js"
import { auditObject, namedContainers } from "./audit-object.js"
import { findContainers } from "./find-containers.js"

/** Wordings are short; one that repeats what it was sent is not. */
const MESSAGE_CHARACTERS = 500
const ADDRESS_CHARACTERS = 64

export interface AuditDependencies {
  events: Pick<RunningEventLog, "note">
  /** All containers that are listed. */
  containers: () => readonly KnownContainer[]
  /** Those that this machine has at the moment: one that was made just now, and is used at once, is not listed yet. */
  present: () => Promise<readonly Omit<KnownContainer, "host">[]>
  now: () => number
  report: (error: unknown, doing: string) => void
}

export function createAudit({ events, containers, present, now, report }: AuditDependencies): Audit {
  const containersOf: Audit["containersOf"] = async ({ operation, session, input }) => {
    const names = [...new Set(namedContainers(operation, input))]
    if (names.length === 0) return []
    const tenant = session?.tenant ?? null
    const listed = containers()
    const found = findContainers(listed, names, tenant)
    if (found.length === names.length) return found
    // Without an engine there is none but those that are listed.
    const all = new Map((await present().catch(() => [])).map((each) => [each.id, { ...each, host: localHost }]))
    for (const each of listed) all.set(each.id, each)
    return findContainers([...all.values()], names, tenant)
  }

  return {
    containersOf,

    async record(entry) {
      const { operation, input, result } = entry
      const actor = actorOf(entry)
      const known = entry.containers ?? (await containersOf(entry))
      const object = auditObject({ ...entry, person: actor.name, containers: known })
      const attributes = { ...auditAttributes(input), ...nameAttributes(input, known), ...outcomeAttributes(entry) }
      try {
        await events.note(
          { at: now(), kind: "audit", action: operation, ...object, attributes, audit: { actor, result } },
          hostOf(input, known),
        )
      } catch (error) {
        report(error, `record in the audit that ${actor.name} did ${operation} (${result})`)
      }
    },
  }
}

function actorOf({ session, claimedName, address }: AuditEntry): AuditActor {
  const lookingAs = session?.lookingAs?.tenant ?? null
  return {
    name: cut(nameOf(session) ?? claimedName ?? "anonymous", bounds.nameLength),
    // Who looks as a tenant stays what they are.
    role: lookingAs === null ? (session?.role ?? null) : "operator",
    address: isLocalScript(session) || address === null ? null : cut(address, ADDRESS_CHARACTERS),
    lookingAs,
  }
}

function nameOf(session: SignedIn | null): string | undefined {
  return session?.token ? `token:${session.token.name}` : session?.username
}

function isLocalScript(session: SignedIn | null): boolean {
  return session?.sessionId === LOCAL_SESSION
}

function outcomeAttributes({ session, output, error }: AuditEntry): Record<string, string> {
  return {
    ...(isLocalScript(session) && { via: "local-script" }),
    ...execAttributes(asObject(output)),
    ...bulkAttributes(asObject(output)),
    ...(error !== undefined && { errorCode: error.code, errorMessage: cut(error.message, MESSAGE_CHARACTERS) }),
  }
}

/** Of a terminal: by it, the record of who came to it is found. */
function execAttributes({ execId }: Readonly<Record<string, unknown>>): Record<string, string> {
  return typeof execId === "string" ? { execId } : {}
}

/** Of a bulk: what its containers were called, in the order of its ids; one that nobody knew as it was given. */
function nameAttributes(input: unknown, known: readonly KnownContainer[]): Record<string, string> {
  const { ids } = asObject(input)
  if (!Array.isArray(ids) || known.length === 0) return {}
  const names = new Map(known.flatMap(({ id, name }) => [[id, name] as const, [name, name] as const]))
  return {
    names: cutIds(ids.map((id) => names.get(String(id)) ?? known.find((each) => each.id.startsWith(String(id)))?.name ?? String(id))),
  }
}

/** Of a bulk: how many were done, and which were not. */
function bulkAttributes({ done, failed }: Readonly<Record<string, unknown>>): Record<string, string> {
  if (!Array.isArray(done) || !Array.isArray(failed)) return {}
  const failedIds = failed.map((item) => String(asObject(item).id))
  return { done: String(done.length), failed: String(failed.length), ...(failedIds.length > 0 && { failedIds: cutIds(failedIds) }) }
}

function hostOf(input: unknown, containers: readonly KnownContainer[]): string {
  const { host } = asObject(input)
  const hosts = new Set(containers.map((container) => container.host))
  const [only] = hosts.size === 1 ? hosts : []
  return only ?? (typeof host === "string" ? cut(host, bounds.nameLength) : localHost)
}
