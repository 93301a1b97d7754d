import type { EventRecord } from "../../contract/events.js"

/** What may happen to a container by itself or by the ladder, and which of the console's records then names the cause. */
const causes: Record<string, (record: EventRecord) => boolean> = {
  nap: ({ kind, action, attributes }) => kind === "ladder" && action === "nap" && attributes.result === "done",
  hibernate: ({ kind, action, attributes }) => kind === "ladder" && action === "hibernate" && attributes.result === "done",
  reclaim: ({ kind, action, attributes }) => kind === "ladder" && action === "reclaim" && attributes.result === "done",
  update: ({ kind, action, attributes }) => kind === "ladder" && action === "tighten" && attributes.result === "done",
  stop: ({ kind, action, attributes }) => kind === "ladder" && action === "stop" && attributes.result === "done",
  exit: ({ kind, action, attributes }) => kind === "ladder" && action === "stop" && attributes.result === "done",
  oom: ({ kind, action }) => kind === "incident" && action === "oom",
}

/**
 * What happened to containers and no record says why: `name action` each. A step of the ladder must name the container, its reason and its bytes before
 * and after; an incident names it as a victim. `own`: what the test did itself.
 */
export function unexplained(records: readonly EventRecord[], own: ReadonlySet<string> = new Set()): string[] {
  return records.flatMap((record) => {
    const isCause = record.kind === "container" ? causes[record.action] : undefined
    if (isCause === undefined || own.has(`${record.name} ${record.action}`)) return []
    const told = records.some((cause) => isCause(cause) && (cause.kind === "incident" ? isVictim(cause, record) : isWhole(cause, record)))
    return told ? [] : [`${record.name} ${record.action}`]
  })
}

function isWhole({ id, attributes }: EventRecord, about: EventRecord): boolean {
  return id === about.id && Boolean(attributes.why) && attributes.beforeBytes !== undefined && attributes.afterBytes !== undefined
}

function isVictim({ attributes }: EventRecord, about: EventRecord): boolean {
  return (JSON.parse(attributes.victims ?? "[]") as { id: string }[]).some(({ id }) => id === about.id)
}
