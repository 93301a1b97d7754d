import { readBounded } from "./read-bounded.js"

const maximumBytes = 64 << 10
const shownCharacters = 200

/** What a registry says about its refusal, as an end of a sentence: `: name unknown`; empty when it says nothing in the form of the specification ("Error codes"). */
export async function describeRefusal(body: AsyncIterable<Uint8Array>): Promise<string> {
  const text = await readBounded(body, { host: "", what: "the error", maximumBytes }).then(String, () => "")
  const first = firstMessage(text)
  return first === undefined ? "" : `: ${first}`
}

function firstMessage(text: string): string | undefined {
  const errors = errorsOf(text)
  const entry: unknown = Array.isArray(errors) ? errors[0] : undefined
  if (typeof entry !== "object" || entry === null) return undefined
  const { code, message } = entry as { code?: unknown; message?: unknown }
  const said = [message, code].find((part) => typeof part === "string" && part !== "")
  // Shown to people as it is: no control characters.
  return typeof said === "string" ? said.replace(/[^\P{C}]/gu, " ").slice(0, shownCharacters) : undefined
}

function errorsOf(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === "object" && document !== null && "errors" in document ? document.errors : undefined
  } catch {
    // A page of some proxy: nothing to repeat.
    return undefined
  }
}
