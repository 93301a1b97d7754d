"use client"
import { type EventRecord, eventActions, localHost } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import type { Format } from "@/lib/format"
import { useFormat } from "@/lib/use-format"
import { auditOperations } from "./audit-operations"
import { settingText } from "./setting-text"
import { useIncidentText } from "./use-incident-text"
import { useLadderText } from "./use-ladder-text"
import { useSleepText } from "./use-sleep-text"

export interface EventText {
  /** What happened, as a verb that stands before the name: `started`. */
  verb: string
  /** Of what it happened to. */
  name: string
  /** The particulars, or nothing. */
  detail: string
  /** Who did it and from where, where that is known. */
  who: string
}

/** How many of something; zero is not worth a word. */
const counts = ["adopted", "endedMeanwhile", "removalsFinished", "leftoversRemoved"] as const
const limits = [
  "memoryMaxBytes",
  "memoryHighBytes",
  "memoryLowBytes",
  "memoryMinBytes",
  "swapMaxBytes",
  "cpuMaxCores",
  "cpuWeight",
  "pidsMax",
  "ioWeight",
] as const
/** What becomes of a host as the console knows it; an engine's own start is a `reconcile`. */
const hostActions = ["create", "update", "rename", "remove"] as const
/** Particulars that are said otherwise, or that only the details need. */
const saidElsewhere = new Set<string>([
  ...counts,
  ...limits,
  "exitCode",
  "oomKilled",
  "oldName",
  "kills",
  "healthStatus",
  "image",
  "imageId",
  "execId",
  "byPolicy",
  "name",
  "sizeBytes",
  "previousBytes",
  "beforeBytes",
  "afterBytes",
  "whyFacts",
  "shortageFacts",
])

/** What gives `bytes` back to the host. */
const givesBack = new Set<string>(["collect", "compact"])

/** Of what somebody did: said by the row itself, or by its error's words. */
const saidOfAudit = new Set(["id", "ids", "name", "tenant", "host", "plan", "errorCode", "errorMessage", "execId", "failedIds"])

type Told = Pick<EventRecord, "kind" | "action" | "id" | "name" | "attributes" | "audit">

/** Tells an event in the language of the page. */
export function useEventText(): (event: Told) => EventText {
  const t = useTranslations("eventText")
  const audits = useTranslations("audit")
  const settings = useTranslations("audit.settings")
  const ladder = useTranslations("ladder")
  const limitNames = useTranslations("host.limit")
  const format = useFormat()
  const incidentText = useIncidentText()
  const sleepText = useSleepText()
  const ladderText = useLadderText()

  function auditVerb(action: string): string {
    const known = auditOperations.find((each) => each === action)
    return known === undefined ? action : audits(`verbs.${known}`)
  }

  /** What went wrong, or else what was asked for. */
  function auditDetail({ action, attributes, audit }: Pick<EventRecord, "action" | "attributes" | "audit">): string {
    const { errorMessage } = attributes
    if (audit?.result !== "done" && errorMessage !== undefined) return errorMessage
    return Object.entries(attributes)
      .filter(([name, value]) => !saidOfAudit.has(name) && value !== "")
      .map(([name, value]) => {
        // Of a bulk: whom it was done to.
        if (name === "names") return value
        if (name === "via" && value === "local-script") return audits("byScript")
        const said = action === "overprovisioning.changeSettings" ? settingText(name, value, { t: settings, format }) : null
        return said ?? `${name} ${value}`
      })
      .join(" · ")
  }

  function auditWho({ actor }: NonNullable<EventRecord["audit"]>): string {
    const name = actor.lookingAs === null ? actor.name : audits("lookingAs", { name: actor.name, tenant: actor.lookingAs })
    return actor.address === null ? audits("by", { name }) : audits("byFrom", { name, address: actor.address })
  }

  function verb({ kind, action, attributes }: Pick<EventRecord, "kind" | "action" | "attributes">): string {
    if (kind === "engine") {
      if (action === "health") return t(attributes.healthStatus === "healthy" ? "hostBack" : "hostAway")
      const of = hostActions.find((each) => each === action)
      if (of !== undefined) return t(`hostVerbs.${of}`)
    }
    if (action !== "health") {
      const known = eventActions.find((each) => each === action)
      return known === undefined ? action : t(`verbs.${known}`)
    }
    const { healthStatus } = attributes
    return healthStatus === "healthy" ? t("healthy") : healthStatus === "unhealthy" ? t("unhealthy") : t("healthStarting")
  }

  /** The console itself calls it so in English. */
  const nameOf = ({ kind, id, name }: Pick<EventRecord, "kind" | "id" | "name">) =>
    (kind === "ladder" || kind === "incident") && id === localHost ? ladder("host") : name

  function told(event: Told): Omit<EventText, "name"> {
    const { action, attributes, audit } = event
    if (audit !== null) return { verb: auditVerb(action), detail: auditDetail(event), who: auditWho(audit) }
    const incident = event.kind === "incident" ? incidentText(event) : null
    if (incident !== null) return { ...incident, who: "" }
    const slept = sleepText(event)
    if (slept !== null) return { verb: verb(event), detail: slept, who: "" }
    const step = ladderText(event)
    if (step !== null) return { ...step, who: "" }
    const parts: string[] = []
    const { exitCode, oldName, image } = attributes
    if (exitCode !== undefined) parts.push(exitCode === "-1" ? t("exitUnknown") : t("exitCode", { code: exitCode }))
    if (attributes.oomKilled === "true") parts.push(t("oomKilled"))
    if (attributes.byPolicy === "true") parts.push(t("byPolicy"))
    if (oldName !== undefined) parts.push(t("oldName", { name: oldName }))
    if (attributes.sizeBytes !== undefined) parts.push(t("size", { size: format.bytes(Number(attributes.sizeBytes)) }))
    if (givesBack.has(action)) parts.push(t("cameBack", { size: format.bytes(Number(attributes.bytes)) }))
    if (action === "create" && image !== undefined) parts.push(t("fromImage", { image }))
    for (const name of limits) {
      const value = attributes[name]
      if (value !== undefined) parts.push(`${limitNames(name)}: ${limitText(name, value, format) ?? t("noLimit")}`)
    }
    for (const name of counts) if (Number(attributes[name]) > 0) parts.push(t(name, { count: Number(attributes[name]) }))
    for (const [name, value] of Object.entries(attributes)) {
      if (saidElsewhere.has(name) || value === "" || (givesBack.has(action) && name === "bytes")) continue
      parts.push(
        name === "command" || name === "error" || name === "signal" || name === "path" || name === "reference" || name === "reason"
          ? value
          : `${name} ${value}`,
      )
    }
    return { verb: verb(event), detail: parts.join(" · "), who: "" }
  }

  return (event) => ({ ...told(event), name: nameOf(event) })
}

/** `null`: the limit was lifted. */
function limitText(name: (typeof limits)[number], value: string, format: Format): string | null {
  const number = Number(value)
  if (value === "none" || !Number.isFinite(number)) return null
  return name.endsWith("Bytes") ? format.bytes(number) : name === "cpuMaxCores" ? format.number(number) : format.count(number)
}
