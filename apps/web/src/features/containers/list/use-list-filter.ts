"use client"
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { listedStatuses, sortKeys } from "./filter-containers"

/** The list's filter and order, kept in the address so that it can be sent to a colleague. */
export function useListFilter() {
  return useQueryStates(
    {
      q: parseAsString.withDefault(""),
      status: parseAsArrayOf(parseAsStringLiteral(listedStatuses)).withDefault([]),
      host: parseAsArrayOf(parseAsString).withDefault([]),
      tenant: parseAsArrayOf(parseAsString).withDefault([]),
      sort: parseAsStringLiteral(sortKeys).withDefault("name"),
      desc: parseAsBoolean.withDefault(false),
    },
    { history: "replace", throttleMs: 200 },
  )
}
