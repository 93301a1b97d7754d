const pattern = /^(?<year>\d{4})-(?<month>0[1-9]|1[0-2])$/

/** The calendar month of a moment, in UTC as metering counts: `2026-11`. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7)
}

/** The month so many later; earlier when negative. What is no month is given back as it is. */
export function shiftMonth(month: string, by: number): string {
  const { groups } = pattern.exec(month) ?? {}
  return groups === undefined ? month : monthOf(Date.UTC(Number(groups.year), Number(groups.month) - 1 + by, 1))
}

/** `November 2026` in that language; what is no month is given back as it is. */
export function monthName(month: string, locale: string): string {
  return isMonth(month)
    ? new Intl.DateTimeFormat(locale, { year: "numeric", month: "long", timeZone: "UTC" }).format(Date.parse(`${month}-01T00:00:00Z`))
    : month
}

/** True for `2026-11`. */
export function isMonth(text: string): boolean {
  return pattern.test(text)
}
