import { hashKey } from "@tanstack/react-query"

/** Settings as a form holds them: an empty number is `null`. */
export type Draft<Settings> = Settings extends number
  ? number | null
  : Settings extends readonly unknown[]
    ? Settings
    : Settings extends object
      ? { [Key in keyof Settings]: Draft<Settings[Key]> }
      : Settings

/** True for two that say the same, in whatever order of their fields. */
export function same(one: unknown, other: unknown): boolean {
  return hashKey([one]) === hashKey([other])
}

/** What was edited since `base`, field by field, on top of what holds now: somebody else's changes of other fields stay. */
export function overlay<Values>({ base, edited, now }: { base: Values; edited: Values; now: Values }): Values {
  if (!isGroup(base) || !isGroup(edited) || !isGroup(now)) return same(base, edited) ? now : edited
  return Object.fromEntries(
    Object.keys(now).map((key) => [key, overlay<unknown>({ base: base[key], edited: edited[key], now: now[key] })]),
  ) as Values
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
