import type { ChangeLoadLineSettings, LoadLineSettings, SetLoadLineSettings } from "@plimsoll/server/contract"
import { loadLineResources } from "@plimsoll/server/contract"

type Amounts = Omit<LoadLineSettings, "mode">
type Each<Value> = { [Group in keyof Amounts]: { [Resource in keyof Amounts[Group]]: Value } }

/** A number that was not set, or is taken back: it goes by its default, whatever that will be. */
export const followsDefault = "default"
/** The load line's numbers as the form holds them; an empty one is `null`. */
export type LineDraft = Each<number | null | typeof followsDefault>

/** What was set, and which numbers go by their default. */
export function lineDraft(set: SetLoadLineSettings): LineDraft {
  return eachOf((group, resource) => set[group]?.[resource] ?? followsDefault)
}

/** The numbers that the draft stands for. */
export function amountsOf(draft: LineDraft, defaults: Amounts): Each<number | null> {
  return eachOf((group, resource) => {
    const value = draft[group][resource]
    return value === followsDefault ? defaults[group][resource] : value
  })
}

/** What differs, as it is sent: `null` takes back what was set. */
export function lineChange(from: LineDraft, to: LineDraft): Pick<ChangeLoadLineSettings, keyof Amounts> {
  const changed = (group: keyof Amounts) =>
    Object.fromEntries(
      loadLineResources
        .filter((resource) => to[group][resource] !== from[group][resource])
        .map((resource) => [resource, to[group][resource] === followsDefault ? null : to[group][resource]]),
    )
  return { reserve: changed("reserve"), theta: changed("theta"), fallbackRatio: changed("fallbackRatio") }
}

function eachOf<Value>(value: (group: keyof Amounts, resource: (typeof loadLineResources)[number]) => Value): Each<Value> {
  const of = (group: keyof Amounts) =>
    Object.fromEntries(loadLineResources.map((resource) => [resource, value(group, resource)])) as Each<Value>[typeof group]
  return { reserve: of("reserve"), theta: of("theta"), fallbackRatio: of("fallbackRatio") }
}
