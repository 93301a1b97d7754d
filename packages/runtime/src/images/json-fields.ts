import { archiveInvalid } from "../spec/tar/tar-errors.js"

/** A JSON object whose fields are read one by one. */
export type JsonObject = { readonly [key: string]: unknown }

/** Parses a document of an image. `what` names it in errors. Throws `archive_invalid`. */
export function parseJsonObject(text: Buffer, what: string): JsonObject {
  return jsonObject(parseJson(text, what), what)
}

/** As `parseJsonObject`, for a list of objects. */
export function parseJsonObjects(text: Buffer, what: string): JsonObject[] {
  return objects(parseJson(text, what), what)
}

export function jsonObject(value: unknown, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject
  throw malformed(what)
}

/** Absent and null are undefined; anything but text is refused. */
export function optionalText(object: JsonObject, key: string): string | undefined {
  const value = object[key] ?? undefined
  if (value === undefined || typeof value === "string") return value
  throw malformed(key)
}

export function requiredText(object: JsonObject, key: string): string {
  const value = optionalText(object, key)
  if (value === undefined) throw malformed(key)
  return value
}

export function optionalObject(object: JsonObject, key: string): JsonObject {
  const value = object[key] ?? undefined
  return value === undefined ? {} : jsonObject(value, key)
}

export function optionalObjects(object: JsonObject, key: string): JsonObject[] {
  const value = object[key] ?? undefined
  return value === undefined ? [] : objects(value, key)
}

/** Absent and null are the empty list. */
export function texts(object: JsonObject, key: string): string[] {
  const value = object[key] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw malformed(key)
  return value
}

/** Names of an object used as a set: `{"80/tcp": {}}`. */
export function keysOf(object: JsonObject, key: string): string[] {
  return Object.keys(optionalObject(object, key))
}

export function textMap(object: JsonObject, key: string): Record<string, string> {
  const entries = Object.entries(optionalObject(object, key)).map(([name, value]): [string, string] => {
    if (typeof value !== "string") throw malformed(key)
    return [name, value]
  })
  return Object.fromEntries(entries)
}

/** A whole number ≥ 0; absent: undefined. */
export function optionalCount(object: JsonObject, key: string): number | undefined {
  const value = object[key] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
  throw malformed(key)
}

function objects(value: unknown, what: string): JsonObject[] {
  if (!Array.isArray(value)) throw malformed(what)
  return value.map((item) => jsonObject(item, what))
}

function parseJson(text: Buffer, what: string): unknown {
  try {
    return JSON.parse(text.toString("utf8"))
  } catch (cause) {
    throw archiveInvalid(`its ${what} is no JSON`, { what }, cause)
  }
}

function malformed(what: string): Error {
  return archiveInvalid(`“${what}” in one of its documents is malformed`, { what })
}
