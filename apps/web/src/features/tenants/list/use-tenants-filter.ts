"use client"
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { sortKeys, tenantStatuses } from "./filter-tenants"

/** The list's filter and order, kept in the address so that it can be sent to a colleague. */
export function useTenantsFilter() {
  return useQueryStates(
    {
      q: parseAsString.withDefault(""),
      status: parseAsArrayOf(parseAsStringLiteral(tenantStatuses)).withDefault([]),
      plan: parseAsArrayOf(parseAsString).withDefault([]),
      sort: parseAsStringLiteral(sortKeys).withDefault("name"),
      desc: parseAsBoolean.withDefault(false),
    },
    { history: "replace", throttleMs: 200 },
  )
}
