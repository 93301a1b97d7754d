"use client"
import { auditResults, bounds, eventActions, eventKinds } from "@plimsoll/server/contract"
import { parseAsArrayOf, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useMemo } from "react"

/** The filter of the events page. It lives in the address, so that it can be sent to a colleague. */
export function useEventFilter() {
  const [filter, setFilter] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      kind: parseAsArrayOf(parseAsStringLiteral(eventKinds)).withDefault([]),
      action: parseAsArrayOf(parseAsStringLiteral(eventActions)).withDefault([]),
      tenant: parseAsString.withDefault(""),
      /** Id of a host. */
      host: parseAsString.withDefault(""),
      object: parseAsString.withDefault(""),
      /** User name, or `token:` and a token's name. */
      actor: parseAsString.withDefault(""),
      result: parseAsArrayOf(parseAsStringLiteral(auditResults)).withDefault([]),
      /** Only events until then, epoch milliseconds: back in time, not live. */
      until: parseAsInteger,
    },
    { history: "replace" },
  )
  /** As the server wants it: what is not filtered by is left out. */
  const query = useMemo(
    () => ({
      ...(filter.q === "" ? {} : { text: filter.q.slice(0, bounds.textFilterLength) }),
      ...(filter.kind.length === 0 ? {} : { kinds: filter.kind }),
      ...(filter.action.length === 0 ? {} : { actions: filter.action }),
      ...(filter.tenant === "" ? {} : { tenant: filter.tenant }),
      ...(filter.host === "" ? {} : { host: filter.host }),
      ...(filter.object === "" ? {} : { objectId: filter.object }),
      ...(filter.actor === "" ? {} : { actor: filter.actor.slice(0, bounds.nameLength) }),
      ...(filter.result.length === 0 ? {} : { results: filter.result }),
    }),
    [filter],
  )
  const active = Object.keys(query).length > 0 || filter.until !== null
  return { filter, setFilter, query, active }
}

export type EventFilterState = ReturnType<typeof useEventFilter>
