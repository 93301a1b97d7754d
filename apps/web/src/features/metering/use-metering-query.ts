"use client"
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { isMonth, monthOf } from "@/components/tenants/month"
import { useNow } from "@/lib/use-now"
import { sortKeys } from "./metering-rows"

/** What of metering is shown, kept in the address. Without a month, or with one that is none, the present one. */
export function useMeteringQuery() {
  const present = monthOf(useNow())
  const [query, setQuery] = useQueryStates(
    {
      month: parseAsString,
      /** Whose hours are shown; absent: all tenants' sums. */
      tenant: parseAsString,
      q: parseAsString.withDefault(""),
      sort: parseAsStringLiteral(sortKeys).withDefault("tenant"),
      desc: parseAsBoolean.withDefault(false),
    },
    { history: "replace", throttleMs: 200 },
  )
  const month = query.month !== null && isMonth(query.month) ? query.month : present
  return { ...query, month, present, setQuery }
}
