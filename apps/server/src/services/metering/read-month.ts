import { EngineError } from "@plimsoll/runtime"

/** Begin and end (exclusive) of a calendar month in UTC. Throws `invalid_argument` for a month that is no month. */
export function readMonth(month: string): { from: number; to: number } {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? []
  if (year === undefined || number === undefined)
    throw new EngineError("invalid_argument", { publicMessage: `“${month}” is no month. Write it as “2026-11”.`, facts: { month } })
  return { from: Date.UTC(Number(year), Number(number) - 1), to: Date.UTC(Number(year), Number(number)) }
}
