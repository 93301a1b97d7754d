import { constants } from "node:os"
import { EngineError } from "../errors.js"

/** First and last real-time signal of Linux with glibc and musl. */
const REAL_TIME_FIRST = 34
const REAL_TIME_LAST = 64

const numbers = new Map<string, number>(Object.entries(constants.signals))

/** `TERM`, `SIGTERM`, `15`, `RTMIN+3`, `SIGRTMAX-1` as its number, 1–64. Throws `invalid_argument` for anything else. */
export function parseSignal(text: string): number {
  const number = signalNumber(text.trim().toUpperCase())
  if (number !== undefined && number >= 1 && number <= REAL_TIME_LAST) return number
  const shown = text.slice(0, 32)
  throw new EngineError("invalid_argument", {
    facts: { signal: shown },
    publicMessage: `"${shown}" is not a signal. Use a name such as TERM or SIGKILL, or a number from 1 to 64.`,
  })
}

/** Name of a signal with its prefix; its number as text for those without a name. */
export function signalName(number: number): string {
  for (const [name, value] of numbers) if (value === number) return name
  return String(number)
}

function signalNumber(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  const name = text.startsWith("SIG") ? text : `SIG${text}`
  const realTime = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name)
  if (realTime === null) return numbers.get(name)
  const base = realTime[1] === "MIN" ? REAL_TIME_FIRST : REAL_TIME_LAST
  const number = base + (realTime[2] === "-" ? -1 : 1) * Number(realTime[3] ?? 0)
  return number >= REAL_TIME_FIRST && number <= REAL_TIME_LAST ? number : undefined
}
