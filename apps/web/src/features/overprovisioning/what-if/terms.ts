import { bounds, predictedResources } from "@plimsoll/server/contract"
import { createParser, parseAsFloat, parseAsInteger, parseAsStringLiteral } from "nuqs"

/** So many more tenants of a plan. */
export interface ExtraTenants {
  plan: string
  count: number
}

export const limits = {
  theta: { min: 0.05, max: 1, step: 0.01 },
  ratio: { min: 1, max: 12, step: 0.1 },
  size: { min: 0.25, max: 4, step: 0.05 },
  days: { min: 1, max: 30, step: 1 },
} as const
const MOST_PLANS = 20

/** `plan:count,plan:count`. What is none of it is left out, so that an address that was cut off still opens. */
export function parseExtra(text: string): ExtraTenants[] {
  let room: number = bounds.whatIfExtra
  return text
    .split(",")
    .flatMap((part) => {
      const found = /^([^:]+):(\d{1,6})$/.exec(part)
      const count = Math.min(Number(found?.[2] ?? 0), room)
      room -= count
      return found?.[1] === undefined || count < 1 ? [] : [{ plan: found[1], count }]
    })
    .slice(0, MOST_PLANS)
}

export function writeExtra(extra: readonly ExtraTenants[]): string {
  return extra.map(({ plan, count }) => `${plan}:${count}`).join(",")
}

const within = ({ min, max }: { min: number; max: number }, value: number) => Math.min(max, Math.max(min, value))

/** A number of the address, brought between the slider's ends. */
const bounded = (parser: typeof parseAsFloat, range: { min: number; max: number }) =>
  createParser({
    parse: (text) => {
      const value = parser.parse(text)
      return value === null || Number.isNaN(value) ? null : within(range, value)
    },
    serialize: (value: number) => `${Number(value.toFixed(2))}`,
  })

/** All that is asked stands in the address. Absent: as it holds now. */
export const termParsers = {
  resource: parseAsStringLiteral(predictedResources).withDefault("memory"),
  theta: bounded(parseAsFloat, limits.theta),
  ratio: bounded(parseAsFloat, limits.ratio),
  size: bounded(parseAsFloat, limits.size).withDefault(1),
  days: bounded(parseAsInteger, limits.days).withDefault(30),
  extra: createParser({
    parse: parseExtra,
    serialize: writeExtra,
    eq: (one, other) => writeExtra(one) === writeExtra(other),
  }).withDefault([]),
}
