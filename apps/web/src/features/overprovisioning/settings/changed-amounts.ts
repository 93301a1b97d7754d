import type { LoadLineSettings } from "@plimsoll/server/contract"

type Amounts = Omit<LoadLineSettings, "mode">

/** What differs, so that what nobody touched goes on following the machine's size. */
export function changedAmounts(from: Amounts, to: Amounts): { [Group in keyof Amounts]: Partial<Amounts[Group]> } {
  const changed = (group: keyof Amounts) =>
    Object.fromEntries(
      Object.entries(to[group]).filter(([resource, value]) => value !== from[group][resource as keyof Amounts[typeof group]]),
    )
  return { reserve: changed("reserve"), theta: changed("theta"), fallbackRatio: changed("fallbackRatio") }
}
