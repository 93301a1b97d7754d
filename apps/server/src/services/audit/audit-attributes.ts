import { asObject } from "./as-object.js"

/** What one record may take, whatever somebody sends. */
const ENTRIES = 40
const NAME_CHARACTERS = 100
const VALUE_CHARACTERS = 500
/** Of the ids of a bulk: some 250 full ones. */
const IDS_CHARACTERS = 16_000
const DEPTH = 8

/** Words that a secret's name has. `tokens` is missing: in a plan it is how many there may be. */
const SECRET_WORDS = new Set(
  (
    "password passwords passwd pwd pass passphrase secret secrets token key keys cert certs certificate ca code codes credential " +
    "authorization bearer cookie jwt otp totp pin pem"
  ).split(" "),
)
const SECRET_NAMES = new Set(["profileJson"])
/** Said by the audit itself, and by nobody else. */
const RESERVED = new Set(["via", "errorCode", "errorMessage", "done", "failed", "failedIds", "names", "omitted"])

/**
 * What was asked for as flat text, `limits.memoryMaxBytes: "1024"`: at most 40 entries of 500 characters. What is secret by its name is left out with
 * all below it, of environment variables the values are.
 */
export function auditAttributes(input: unknown): Record<string, string> {
  const entries: [string, string][] = []
  const top = typeof input === "object" ? (input ?? undefined) : input === undefined ? undefined : { input }
  for (const [name, value] of flatten(top, [])) {
    const limit = name === "ids" ? IDS_CHARACTERS : VALUE_CHARACTERS
    if (!RESERVED.has(name)) entries.push([cut(name, NAME_CHARACTERS), cut(value, limit)])
  }
  const omitted = entries.length - ENTRIES
  return Object.fromEntries([...entries.slice(0, ENTRIES), ...(omitted > 0 ? [["omitted", String(omitted)]] : [])])
}

/** `text`, or its beginning and an ellipsis. */
export function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`
}

/** A list of ids within the bound. */
export function cutIds(ids: readonly string[]): string {
  return cut(ids.join(" "), IDS_CHARACTERS)
}

function* flatten(value: unknown, path: readonly string[]): Generator<[string, string], void, void> {
  const name = path.at(-1)
  if (value === undefined || path.length > DEPTH || (name !== undefined && isSecretName(name))) return
  if (name === "environment") return yield [path.join("."), variableNames(value).join(" ")]
  if (typeof value !== "object" || value === null) return yield [path.join("."), textOf(value)]
  if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null))
    return yield [path.join("."), value.map(textOf).join(" ")]
  for (const [key, inner] of Object.entries(value)) yield* flatten(inner, [...path, key])
}

/** Of a text, number, boolean or null. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return SECRET_NAMES.has(name) || words.some((word) => SECRET_WORDS.has(word))
}

/** Also of what is no list of `NAME=value`, and is refused: nothing but names. */
function variableNames(value: unknown): string[] {
  if (!Array.isArray(value)) return Object.keys(asObject(value))
  return value.flatMap((entry) => {
    const [, name] = (typeof entry === "string" && /^([^=]*)=/.exec(entry)) || []
    return name === undefined ? [] : [name]
  })
}
