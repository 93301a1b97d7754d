import { formatPaxRecords } from "./pax-records.js"
import { attributePrefix, type TarHeader, type TarType, tarBlockBytes, tarChecksum, tarPaddingBytes } from "./tar-header.js"
import { writeTarNumber } from "./tar-number.js"

/** What a written entry says; absent fields are zero or empty. Times are written in whole seconds. */
export type TarWriteHeader = Pick<TarHeader, "name" | "type" | "mode"> &
  Partial<Omit<TarHeader, "name" | "type" | "mode" | "sparse" | "sizeBytes">>

/** The records before an entry's data: ustar, with a PAX header before it where ustar cannot say it. Same input, same bytes. */
export function encodeTarHeader(header: TarWriteHeader): Buffer {
  const records = paxRecords(header)
  if (records.length === 0) return ustarBlock(header)
  const data = formatPaxRecords(records)
  const pax = ustarBlock({ name: Buffer.from("./PaxHeaders/entry"), type: "file", mode: 0o644, dataBytes: data.length }, "x")
  return Buffer.concat([pax, data, Buffer.alloc(tarPaddingBytes(data.length)), ustarBlock(header)])
}

/** Zero bytes that fill an entry's last record. */
export function tarPadding(dataBytes: number): Buffer {
  return Buffer.alloc(tarPaddingBytes(dataBytes))
}

/** The end mark: two records of zeroes. */
export const tarEnd: Buffer = Buffer.alloc(2 * tarBlockBytes)

const nameBytes = 100
const octalIdMaximum = 0o7777777
const octalSizeMaximum = 0o77777777777
const flagOfType: Readonly<Record<TarType, string>> = {
  file: "0",
  "hard-link": "1",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6",
}

function paxRecords(header: TarWriteHeader): [string, Buffer][] {
  const records: [string, Buffer][] = []
  const name = spelledName(header)
  if (name.length > nameBytes || !isAscii(name)) records.push(["path", name])
  if (header.linkName !== undefined && (header.linkName.length > nameBytes || !isAscii(header.linkName)))
    records.push(["linkpath", header.linkName])
  if ((header.dataBytes ?? 0) > octalSizeMaximum) records.push(["size", decimal(header.dataBytes ?? 0)])
  if ((header.uid ?? 0) > octalIdMaximum) records.push(["uid", decimal(header.uid ?? 0)])
  if ((header.gid ?? 0) > octalIdMaximum) records.push(["gid", decimal(header.gid ?? 0)])
  const seconds = modifiedSeconds(header)
  if (seconds < 0 || seconds > octalSizeMaximum) records.push(["mtime", decimal(seconds)])
  for (const [key, value] of [...(header.attributes ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))
    records.push([attributePrefix + key, value])
  return records
}

function ustarBlock(header: TarWriteHeader, flag = flagOfType[header.type]): Buffer {
  const block = Buffer.alloc(tarBlockBytes)
  spelledName(header).copy(block, 0, 0, nameBytes)
  writeTarNumber(block, { offset: 100, length: 8, value: header.mode & 0o7777 })
  writeTarNumber(block, { offset: 108, length: 8, value: Math.min(header.uid ?? 0, octalIdMaximum) })
  writeTarNumber(block, { offset: 116, length: 8, value: Math.min(header.gid ?? 0, octalIdMaximum) })
  writeTarNumber(block, { offset: 124, length: 12, value: Math.min(header.dataBytes ?? 0, octalSizeMaximum) })
  writeTarNumber(block, { offset: 136, length: 12, value: Math.min(Math.max(0, modifiedSeconds(header)), octalSizeMaximum) })
  block.write(flag, 156, "latin1")
  header.linkName?.copy(block, 157, 0, nameBytes)
  block.write("ustar\x0000", 257, "latin1")
  writeTarNumber(block, { offset: 329, length: 8, value: header.deviceMajor ?? 0 })
  writeTarNumber(block, { offset: 337, length: 8, value: header.deviceMinor ?? 0 })
  block.write(`${tarChecksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}

function spelledName(header: TarWriteHeader): Buffer {
  return header.type === "directory" && header.name.at(-1) !== 0x2f ? Buffer.concat([header.name, Buffer.from("/")]) : header.name
}

function modifiedSeconds(header: TarWriteHeader): number {
  const nanoseconds = header.modifiedNs ?? 0n
  return Number(nanoseconds / 1_000_000_000n) - (nanoseconds < 0n && nanoseconds % 1_000_000_000n !== 0n ? 1 : 0)
}

function decimal(value: number): Buffer {
  return Buffer.from(String(value))
}

function isAscii(name: Buffer): boolean {
  return name.every((byte) => byte < 0x80)
}
