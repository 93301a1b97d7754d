import type { exportFormats } from "@plimsoll/server/contract"
import type { EventFilterState } from "./use-event-filter"

/** Where the events that match are downloaded from. `until`: only those until then; `null`: all until now. Lists are joined by commas. */
export function exportHref(
  format: (typeof exportFormats)[number],
  { until, ...query }: EventFilterState["query"] & { until: number | null },
): string {
  const parameters = new URLSearchParams({ format })
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  if (until !== null) parameters.set("to", String(until))
  return `/api/events/export?${parameters}`
}
