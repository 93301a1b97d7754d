import { archiveInvalid } from "./tar-errors.js"

/** Parses the records of a PAX extended header: `<length> <key>=<value>\n`, values as bytes. Throws `archive_invalid`. */
export function parsePaxRecords(data: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>()
  for (let offset = 0; offset < data.length; ) {
    // Padding that some writers count into the size.
    if (data[offset] === 0) break
    const record = recordAt(data, offset)
    const equals = record.body.indexOf("=")
    if (equals < 1) throw archiveInvalid("a PAX record has no name", { offset })
    const key = record.body.toString("utf8", 0, equals)
    // An empty value deletes the record (POSIX pax, Extended Header Keyword Precedence).
    if (equals === record.body.length - 1 && !key.startsWith("SCHILY.xattr.")) records.delete(key)
    else records.set(key, record.body.subarray(equals + 1))
    offset = record.end
  }
  return records
}

/** Spells records out, in the order given. */
export function formatPaxRecords(records: Iterable<readonly [string, Buffer]>): Buffer {
  const pieces: Buffer[] = []
  for (const [key, value] of records) {
    const body = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")])
    pieces.push(Buffer.from(String(lengthWithItself(body.length))), body)
  }
  return Buffer.concat(pieces)
}

function recordAt(data: Buffer, offset: number): { body: Buffer; end: number } {
  const space = data.indexOf(0x20, offset)
  const digits = space < 0 || space - offset > 10 ? "" : data.toString("latin1", offset, space)
  const length = /^[0-9]+$/.test(digits) ? Number(digits) : 0
  const end = offset + length
  if (length < digits.length + 3 || end > data.length || data[end - 1] !== 0x0a)
    throw archiveInvalid("a PAX record is malformed", { offset })
  return { body: data.subarray(space + 1, end - 1), end }
}

// The length counts its own digits.
function lengthWithItself(bodyLength: number): number {
  let total = bodyLength + 1
  while (bodyLength + String(total).length !== total) total = bodyLength + String(total).length
  return total
}
