import { archiveInvalid } from "./tar-errors.js"
import { attributePrefix, type TarHeader } from "./tar-header.js"

/** What headers before an entry said about it. */
export interface Extensions {
  pax?: Map<string, Buffer>
  longName?: Buffer
  longLink?: Buffer
}

/** How GNU tar describes a sparse file in PAX records: formats 0.1 (`pax`: map in a record) and 1.0 (`data`: map before the data). */
export type PaxSparse = { format: "data"; realBytes: number } | { format: "pax"; realBytes: number; map: string }

/** Writes GNU long names and PAX records into the header; PAX wins. Throws `archive_invalid`. */
export function applyExtensions(header: TarHeader, extensions: Extensions): PaxSparse | undefined {
  if (extensions.longName !== undefined) header.name = extensions.longName
  if (extensions.longLink !== undefined) header.linkName = extensions.longLink
  const pax = extensions.pax
  if (pax === undefined) return undefined
  header.name = nameOf(pax.get("GNU.sparse.name") ?? pax.get("path") ?? header.name)
  header.linkName = nameOf(pax.get("linkpath") ?? header.linkName)
  header.uid = integer(pax, "uid") ?? header.uid
  header.gid = integer(pax, "gid") ?? header.gid
  header.dataBytes = integer(pax, "size") ?? header.dataBytes
  header.modifiedNs = time(pax, "mtime") ?? header.modifiedNs
  for (const [key, value] of pax) {
    if (key.startsWith(attributePrefix)) header.attributes.set(key.slice(attributePrefix.length), value)
  }
  return sparseOf(pax)
}

function sparseOf(pax: Map<string, Buffer>): PaxSparse | undefined {
  const major = integer(pax, "GNU.sparse.major")
  if (major === 1) return { format: "data", realBytes: integer(pax, "GNU.sparse.realsize") ?? -1 }
  const map = pax.get("GNU.sparse.map")
  if (map !== undefined)
    return {
      format: "pax",
      realBytes: integer(pax, "GNU.sparse.size") ?? integer(pax, "GNU.sparse.realsize") ?? -1,
      map: map.toString("latin1"),
    }
  if (pax.has("GNU.sparse.numblocks") || pax.has("GNU.sparse.offset"))
    throw archiveInvalid("it has a sparse file in the outdated PAX format 0.0; make it with --sparse-version=1.0")
  return undefined
}

function nameOf(value: Buffer): Buffer {
  if (value.includes(0)) throw archiveInvalid("a name contains a NUL byte")
  return value
}

function integer(pax: Map<string, Buffer>, key: string): number | undefined {
  const value = pax.get(key)
  if (value === undefined) return undefined
  const text = value.toString("latin1")
  const number = /^-?[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(number)) throw archiveInvalid("a number in a PAX record is malformed", { key })
  return number
}

// Decimal seconds with any number of fractional digits (POSIX pax).
function time(pax: Map<string, Buffer>, key: string): bigint | undefined {
  const value = pax.get(key)
  if (value === undefined) return undefined
  const match = /^(-?)([0-9]{1,12})(?:\.([0-9]*))?$/.exec(value.toString("latin1", 0, 64))
  if (match === null) throw archiveInvalid("a time in a PAX record is malformed", { key })
  const nanoseconds = BigInt(match[2] ?? "0") * 1_000_000_000n + BigInt((match[3] ?? "").slice(0, 9).padEnd(9, "0"))
  return match[1] === "-" ? -nanoseconds : nanoseconds
}
