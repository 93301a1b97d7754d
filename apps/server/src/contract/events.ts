import { z } from "zod"
import { bounds } from "./bounds.js"
import type { EngineEvent, EngineEventAction } from "./engine-types.js"
import { hostId, type OnHost } from "./hosts.js"
import type { Role } from "./session.js"

/**
 * `audit`: who did what, by the console's own account · `ladder`: what was done to keep the machine afloat (actions: the rungs' names, `advise`, and
 * `stalled` where nothing could be done for want of figures) · `incident`: a breach (actions: `use`, `pressure`, `oom`), with who took the most and what the others lost, or a change of what the machine has (`capacity`); the rest are the engines'.
 */
export const eventKinds = ["container", "image", "network", "volume", "tenant", "engine", "audit", "ladder", "incident"] as const
export const eventActions = [
  "create",
  "start",
  "exit",
  "oom",
  "stop",
  "kill",
  "restart",
  "pause",
  "resume",
  "nap",
  "hibernate",
  "wake",
  "reclaim",
  "rename",
  "remove",
  "update",
  "health",
  "exec-start",
  "exec-exit",
  "attach",
  "commit",
  "copy-in",
  "load",
  "import",
  "tag",
  "untag",
  "delete",
  "pull",
  "push",
  "collect",
  "resize",
  "compact",
  "connect",
  "disconnect",
  "reconcile",
] as const satisfies readonly EngineEventAction[]

export const auditResults = ["done", "refused", "failed"] as const
export type AuditResult = (typeof auditResults)[number]

export const exportFormats = ["csv", "jsonl"] as const
export const exportFormat = z.enum(exportFormats)

const cursor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

const time = z.number().int().min(0)
/** Of an engine's event, or an operation of the audit such as `containers.start`. */
const action = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z]+(?:[.-][a-zA-Z]+)*$/)
const kinds = z.array(z.enum(eventKinds)).max(eventKinds.length)
const actions = z.array(action).max(eventActions.length)
const results = z.array(z.enum(auditResults)).max(auditResults.length)

/** All given filters must match. */
export const eventFilters = z.object({
  kinds: kinds.exactOptional(),
  actions: actions.exactOptional(),
  objectId: z.string().min(1).max(bounds.referenceLength).exactOptional(),
  tenant: z.string().min(1).max(bounds.tenantLength).exactOptional(),
  host: hostId.exactOptional(),
  /** User name, or `token:` and a token's name. */
  actor: z.string().min(1).max(bounds.nameLength).exactOptional(),
  results: results.exactOptional(),
  /** Somewhere in name, id or attributes; letter case does not matter. */
  text: z.string().max(bounds.textFilterLength).exactOptional(),
})

export const listEventsInput = eventFilters.extend({
  /** Only older ones than this cursor (newest first, the default direction). */
  before: cursor.exactOptional(),
  /** Only newer ones than this cursor (oldest first). */
  after: cursor.exactOptional(),
  /** Times, epoch milliseconds, inclusive. */
  from: time.exactOptional(),
  to: time.exactOptional(),
  limit: z.number().int().min(1).max(bounds.eventPageSize).default(50),
})

export const streamEventsInput = eventFilters
  .extend({
    /** Begin after this cursor; absent: only events from now on. */
    after: cursor.exactOptional(),
    /** Set by the client library when it reconnects. */
    lastEventId: z.coerce.number().int().min(0).nullish(),
  })
  .default({})

const words = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat().flatMap((text) => text.split(",")))

/** `GET /api/events/export?format=`: what the filters let through, oldest first, as a file. Lists are repeated (`kinds=audit&kinds=container`) or have commas. */
export const exportEventsQuery = eventFilters.extend({
  format: exportFormat,
  kinds: words.pipe(kinds).exactOptional(),
  actions: words.pipe(actions).exactOptional(),
  results: words.pipe(results).exactOptional(),
  from: z.coerce.number().pipe(time).exactOptional(),
  to: z.coerce.number().pipe(time).exactOptional(),
})

/** Who did it. An operator who looked as a tenant is named as what they are. */
export interface AuditActor {
  /** User name, or `token:` and a token's name; `anonymous` where nobody was signed in. */
  name: string
  role: Role | null
  /** Client address; `null` for a script on this host, and of the provider's staff for a tenant's members. */
  address: string | null
  lookingAs: string | null
}

export interface AuditDetails {
  actor: AuditActor
  /** `refused`: by role, quota or bad input; `failed`: it could not be done. */
  result: AuditResult
}

/**
 * A durable record. `cursor` is the console's own and only grows. An audit's `action` is the operation's name (`containers.start`), its `id` and
 * `name` the object's, its attributes what was asked for, without secrets.
 */
export type EventRecord = OnHost<Omit<EngineEvent, "cursor" | "kind" | "action">> & {
  cursor: number
  kind: (typeof eventKinds)[number]
  action: string
  audit: AuditDetails | null
}

export interface EventPage {
  items: EventRecord[]
  /** Give it as `before` (or `after`, when asked so) for the next page; `null`: there is none. */
  nextCursor: number | null
}
