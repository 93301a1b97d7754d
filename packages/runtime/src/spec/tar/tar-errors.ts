import { EngineError, type ErrorFacts } from "../../errors.js"

/** The archive is cut off or malformed: `why` completes the sentence people read. */
export function archiveInvalid(why: string, facts: ErrorFacts = {}, cause?: unknown): EngineError {
  return new EngineError("archive_invalid", {
    facts: { why, ...facts },
    cause,
    publicMessage: `The archive cannot be read: ${why}. Get or make it again.`,
  })
}

/** The archive asks for what must not be done: climbs out of its root, or passes a bound. */
export function archiveUnsafe(why: string, facts: ErrorFacts = {}): EngineError {
  return new EngineError("archive_unsafe", {
    facts: { why, ...facts },
    publicMessage: `The archive was refused: ${why}. Nothing of it was kept.`,
  })
}

/** Bytes of a name for messages and facts: bounded, printable. */
export function printable(name: Buffer | string): string {
  const text = typeof name === "string" ? name : name.toString("utf8", 0, 200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return text.slice(0, 200).replace(/[\u0000-\u001f\u007f]/g, "?")
}
