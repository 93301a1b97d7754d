/** A netlink attribute: type and payload; nested ones are payloads made by `attributes`. */
export interface Attribute {
  type: number
  value: Buffer
}

export interface NetlinkRequest {
  /** `RTM_NEWLINK`, … */
  type: number
  /** Beside NLM_F_REQUEST and NLM_F_ACK, which are set. */
  flags: number
  /** Family header (ifinfomsg, ifaddrmsg, rtmsg, nfgenmsg) with its attributes. */
  body: Buffer
  /** Without NLM_F_ACK: no answer is waited for, unless it fails. */
  unacknowledged?: boolean
}

export interface NetlinkMessage {
  type: number
  flags: number
  sequence: number
  body: Buffer
}

/** Flags of nlmsghdr (linux/netlink.h). */
export const netlinkFlags = { request: 1, multi: 2, ack: 4, dump: 0x300, exclusive: 0x200, replace: 0x100, create: 0x400 } as const

/** Message types below 16 are netlink's own. */
export const netlinkControl = { error: 2, done: 3 } as const

/** Serialises a request; numbers are in the machine's byte order, which is little-endian on every architecture Node 20 ships for (s390x apart). */
export function encodeRequest(request: NetlinkRequest, sequence: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(HEADER_BYTES + request.body.length, 0)
  header.writeUInt16LE(request.type, 4)
  header.writeUInt16LE(request.flags | netlinkFlags.request | (request.unacknowledged === true ? 0 : netlinkFlags.ack), 6)
  header.writeUInt32LE(sequence, 8)
  return padded(Buffer.concat([header, request.body]))
}

/** Splits what one recv(2) gave into messages. */
export function decodeMessages(data: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  for (let offset = 0; offset + HEADER_BYTES <= data.length; ) {
    const length = data.readUInt32LE(offset)
    if (length < HEADER_BYTES || offset + length > data.length) break
    messages.push({
      type: data.readUInt16LE(offset + 4),
      flags: data.readUInt16LE(offset + 6),
      sequence: data.readUInt32LE(offset + 8),
      body: data.subarray(offset + HEADER_BYTES, offset + length),
    })
    offset += aligned(length)
  }
  return messages
}

/** Payload of a list of attributes, each padded to four bytes. */
export function attributes(...list: readonly Attribute[]): Buffer {
  return Buffer.concat(
    list.map(({ type, value }) => {
      const header = Buffer.alloc(4)
      header.writeUInt16LE(4 + value.length, 0)
      header.writeUInt16LE(type, 2)
      return padded(Buffer.concat([header, value]))
    }),
  )
}

/** Attributes by type; of repeated ones the last. */
export function decodeAttributes(data: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let offset = 0; offset + 4 <= data.length; ) {
    const length = data.readUInt16LE(offset)
    if (length < 4 || offset + length > data.length) break
    // The upper two bits mark nesting and byte order.
    found.set(data.readUInt16LE(offset + 2) & 0x3fff, data.subarray(offset + 4, offset + length))
    offset += aligned(length)
  }
  return found
}

export function u8(type: number, value: number): Attribute {
  return { type, value: Buffer.from([value]) }
}

export function u32(type: number, value: number): Attribute {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return { type, value: buffer }
}

export function text(type: number, value: string): Attribute {
  return { type, value: Buffer.from(`${value}\0`, "latin1") }
}

export function bytes(type: number, value: Buffer): Attribute {
  return { type, value }
}

export function nested(type: number, ...list: readonly Attribute[]): Attribute {
  return { type, value: attributes(...list) }
}

/** Text of an attribute that ends with NUL. */
export function readText(value: Buffer | undefined): string | undefined {
  return value?.toString("latin1").replace(/\0.*$/s, "")
}

const HEADER_BYTES = 16

function aligned(length: number): number {
  return (length + 3) & ~3
}

function padded(buffer: Buffer): Buffer {
  const missing = aligned(buffer.length) - buffer.length
  return missing === 0 ? buffer : Buffer.concat([buffer, Buffer.alloc(missing)])
}
