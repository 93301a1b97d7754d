import { EngineError, type EngineErrorCode } from "../errors.js"

/** Longest piece of a user's text that an error repeats. */
const SHOWN_CHARACTERS = 64

/** An error about one field: what is wrong with it and what to do. The value itself is repeated only in part, and never its control characters. */
export function fieldError(field: string, problem: string, code: EngineErrorCode = "invalid_argument"): EngineError {
  return new EngineError(code, { facts: { field }, publicMessage: `${field}: ${problem}` })
}

/** A user's text as it may stand in an error message. */
export function quoted(text: string): string {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
  return JSON.stringify(shown)
}

export function checkString(field: string, value: unknown, maximumLength: number): asserts value is string {
  if (typeof value !== "string") throw fieldError(field, "must be text.")
  if (value.length > maximumLength) throw fieldError(field, `is ${value.length} characters long; at most ${maximumLength} are allowed.`)
  if (value.includes("\0")) throw fieldError(field, "must not contain the character NUL.")
}

export function checkPattern(field: string, value: unknown, pattern: RegExp, rule: string, maximumLength = 256): asserts value is string {
  checkString(field, value, maximumLength)
  if (!pattern.test(value)) throw fieldError(field, `${quoted(value)} is not allowed: ${rule}`)
}

export function checkInteger(field: string, value: unknown, minimum: number, maximum: number): asserts value is number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < minimum || value > maximum) {
    throw fieldError(field, `must be a whole number from ${minimum} to ${maximum}.`)
  }
}

export function checkBoolean(field: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw fieldError(field, "must be true or false.")
}

export function checkList(field: string, value: unknown, maximumLength: number): asserts value is unknown[] {
  if (!Array.isArray(value)) throw fieldError(field, "must be a list.")
  if (value.length > maximumLength) throw fieldError(field, `has ${value.length} entries; at most ${maximumLength} are allowed.`)
}

export function checkObject(field: string, value: unknown): asserts value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fieldError(field, "must be an object.")
}

export function checkOneOf(field: string, value: unknown, allowed: readonly string[]): asserts value is string {
  if (typeof value !== "string" || !allowed.includes(value)) throw fieldError(field, `must be one of ${allowed.join(", ")}.`)
}

/** An absolute path without `.` or `..` parts: what is written is what is meant. */
export function checkAbsolutePath(field: string, value: unknown): asserts value is string {
  checkString(field, value, 4096)
  if (!value.startsWith("/")) throw fieldError(field, `${quoted(value)} must be an absolute path, beginning with "/".`)
  if (/(^|\/)\.{1,2}(\/|$)/.test(value)) throw fieldError(field, `${quoted(value)} must not contain "." or ".." as a part.`)
}
