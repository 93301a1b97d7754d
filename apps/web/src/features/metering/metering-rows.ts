import type { MeteringFigures, MeteringRow } from "@plimsoll/server/contract"

export const sortKeys = ["tenant", "memory", "cpu", "disk", "traffic", "measured"] as const
export type SortKey = (typeof sortKeys)[number]

const sums = [
  "memorySoldGibHours",
  "memoryUsedGibHours",
  "cpuSoldCoreHours",
  "cpuUsedCoreHours",
  "diskSoldGibHours",
  "diskUsedGibHours",
  "receivedBytes",
  "transmittedBytes",
] as const satisfies readonly (keyof MeteringFigures)[]

/** The sum of all rows. Of the time that was measured the most that any had: they are measured side by side. */
export function totalOf(rows: readonly MeteringFigures[]): MeteringFigures {
  const total = Object.fromEntries(sums.map((key) => [key, rows.reduce((sum, row) => sum + row[key], 0)]))
  return { ...total, measuredSeconds: rows.reduce((most, row) => Math.max(most, row.measuredSeconds), 0) } as MeteringFigures
}

/** How much of a period was measured, 0–1; `null`: it has not begun. */
export function measuredShare(
  { measuredSeconds }: Pick<MeteringFigures, "measuredSeconds">,
  { from, to }: { from: number; to: number },
): number | null {
  const seconds = (to - from) / 1000
  return seconds <= 0 ? null : Math.min(1, measuredSeconds / seconds)
}

/** The rows whose tenant has the text in its name, in order. What was used is what is ordered by. */
export function arrangeRows(
  rows: readonly MeteringRow[],
  { text, sort, descending }: { text: string; sort: SortKey; descending: boolean },
): MeteringRow[] {
  const wanted = text.trim().toLowerCase()
  const direction = descending ? -1 : 1
  return rows
    .filter((row) => row.tenant.toLowerCase().includes(wanted))
    .sort((left, right) => direction * compare(left, right, sort) || byName(left, right))
}

const names = new Intl.Collator("en", { numeric: true })
const byName = (left: MeteringRow, right: MeteringRow): number => names.compare(left.tenant, right.tenant)

function compare(left: MeteringRow, right: MeteringRow, sort: SortKey): number {
  switch (sort) {
    case "tenant":
      return byName(left, right)
    case "memory":
      return left.memoryUsedGibHours - right.memoryUsedGibHours
    case "cpu":
      return left.cpuUsedCoreHours - right.cpuUsedCoreHours
    case "disk":
      return left.diskUsedGibHours - right.diskUsedGibHours
    case "traffic":
      return left.receivedBytes + left.transmittedBytes - right.receivedBytes - right.transmittedBytes
    case "measured":
      return left.measuredSeconds - right.measuredSeconds
  }
}
