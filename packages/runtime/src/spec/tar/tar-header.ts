/** What a tar entry is. */
export type TarType = "file" | "hard-link" | "symlink" | "character-device" | "block-device" | "directory" | "fifo"

/** A piece of a sparse file that has data; everything between pieces is a hole. */
export interface SparsePiece {
  offset: number
  length: number
}

/** One entry, with PAX records and GNU extensions already applied. Names are bytes: nothing in tar or Linux makes them UTF-8. */
export interface TarHeader {
  name: Buffer
  type: TarType
  /** Target of a symbolic or hard link; empty else. */
  linkName: Buffer
  /** Permission bits with set-id and sticky: 0–0o7777. */
  mode: number
  uid: number
  gid: number
  /** Bytes of data that follow in the archive. */
  dataBytes: number
  /** Size of the file: differs from `dataBytes` when it is sparse. */
  sizeBytes: number
  sparse?: SparsePiece[]
  /** Nanoseconds since the epoch. */
  modifiedNs: bigint
  deviceMajor: number
  deviceMinor: number
  /** `SCHILY.xattr.*`, values as the bytes they are. */
  attributes: Map<string, Buffer>
}

/** Size of a tar record: headers are one, data is padded to a multiple. */
export const tarBlockBytes = 512

/** Type flags by POSIX (pax, ustar Interchange Format) and GNU tar. */
export const tarTypeOfFlag: Readonly<Record<string, TarType>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  S: "file",
  "1": "hard-link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
}

/** Prefix of extended attributes among PAX records (star, GNU tar, Go's archive/tar). */
export const attributePrefix = "SCHILY.xattr."

/** Bytes that fill the last record of `dataBytes`. */
export function tarPaddingBytes(dataBytes: number): number {
  return (tarBlockBytes - (dataBytes % tarBlockBytes)) % tarBlockBytes
}

/** The header's checksum: the sum of its bytes with the checksum field as spaces. */
export function tarChecksum(block: Uint8Array): number {
  let sum = 8 * 0x20
  for (let index = 0; index < tarBlockBytes; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0
  return sum
}
