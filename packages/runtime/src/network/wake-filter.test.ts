import { describe, expect, it } from "vitest"
import { encodeFilter, type FilterInstruction, wakeFilter } from "./wake-filter.js"

const IPV4 = 0x0800
const IPV6 = 0x86dd
const [SYN, ACK, RST, FIN, PSH] = [0x02, 0x10, 0x04, 0x01, 0x08]

interface Frame {
  toGroup?: boolean
  type?: number
  protocol?: number
  flags?: number
  payloadBytes?: number
  optionBytes?: number
  tcpOptionBytes?: number
  icmpType?: number
  laterFragment?: boolean
}

function frame(options: Frame): Buffer {
  const { type = IPV4, protocol = 6, flags = 0, payloadBytes = 0, optionBytes = 0, tcpOptionBytes = 0 } = options
  const headerBytes = type === IPV6 ? 40 : 20 + optionBytes
  const upperBytes = (protocol === 6 ? 20 + tcpOptionBytes : 8) + payloadBytes
  const bytes = Buffer.alloc(14 + headerBytes + upperBytes)
  bytes[0] = options.toGroup === true ? 0x01 : 0x02
  bytes.writeUInt16BE(type, 12)
  if (type === IPV6) {
    bytes.writeUInt16BE(upperBytes, 18)
    bytes[20] = protocol
  } else {
    bytes[14] = 0x40 | (headerBytes / 4)
    bytes.writeUInt16BE(headerBytes + upperBytes, 16)
    bytes.writeUInt16BE(options.laterFragment === true ? 0x2005 : 0x4000, 20)
    bytes[23] = protocol
  }
  const upper = 14 + headerBytes
  if (protocol === 6) {
    bytes[upper + 12] = ((20 + tcpOptionBytes) / 4) << 4
    bytes[upper + 13] = flags
  } else bytes[upper] = options.icmpType ?? 0
  return bytes
}

/** What the kernel's interpreter makes of a frame (net/core/filter.c): a load beyond its end ends it with 0. */
function passes(program: readonly FilterInstruction[], bytes: Buffer, packetType = 4): boolean {
  let [a, x] = [0, 0]
  const at = (offset: number, size: number): number | undefined =>
    offset === 0xfffff004 ? packetType : offset + size > bytes.length ? undefined : bytes.readUIntBE(offset, size)
  for (let counter = 0; ; counter++) {
    const { code, k, jt, jf } = program[counter] as FilterInstruction
    const load = code === 0x28 ? at(k, 2) : code === 0x30 ? at(k, 1) : code === 0x50 ? at(x + k, 1) : code === 0xb1 ? at(k, 1) : 0
    if (load === undefined) return false
    if (code === 0x28 || code === 0x30 || code === 0x50) a = load
    else if (code === 0xb1) x = (load & 0xf) * 4
    else if (code === 0x15) counter += a === k ? jt : jf
    else if (code === 0x35) counter += a >= k ? jt : jf
    else if (code === 0x45) counter += (a & k) !== 0 ? jt : jf
    else if (code === 0x54) a &= k
    else if (code === 0x74) a >>>= k
    else if (code === 0x0c) a += x
    else if (code === 0x1c) a -= x
    else if (code === 0x07) x = a
    else if (code === 0x06) return k > 0
    else throw new Error(`the interpreter knows no ${code}`)
  }
}

describe("what wakes a container", () => {
  const program = wakeFilter()

  it.each<[string, Frame]>([
    ["the first packet of a connection", { flags: SYN, tcpOptionBytes: 20 }],
    ["data", { flags: ACK | PSH, payloadBytes: 5, tcpOptionBytes: 12 }],
    ["data behind options of IP", { flags: ACK, payloadBytes: 1, optionBytes: 8 }],
    ["the end of a connection", { flags: ACK | FIN, tcpOptionBytes: 12 }],
    ["a datagram", { protocol: 17, payloadBytes: 3 }],
    ["a later part of a datagram", { protocol: 17, laterFragment: true, payloadBytes: 3 }],
    ["a later part of a segment, where its flags would be", { laterFragment: true, flags: RST, payloadBytes: 3 }],
    ["a ping", { protocol: 1, icmpType: 8 }],
    ["SCTP", { protocol: 132 }],
    ["IPv6: the first packet of a connection", { type: IPV6, flags: SYN }],
    ["IPv6: data", { type: IPV6, flags: ACK, payloadBytes: 7, tcpOptionBytes: 12 }],
    ["IPv6: a datagram", { type: IPV6, protocol: 17 }],
    ["IPv6: a ping", { type: IPV6, protocol: 58, icmpType: 128 }],
  ])("%s", (_, options) => {
    expect(passes(program, frame(options))).toBe(true)
  })

  it.each<[string, Frame]>([
    ["a broadcast or multicast", { protocol: 17, toGroup: true }],
    ["address resolution", { type: 0x0806 }],
    ["a bare acknowledgement", { flags: ACK }],
    ["a bare acknowledgement with options", { flags: ACK, tcpOptionBytes: 12, optionBytes: 4 }],
    ["a reset", { flags: RST }],
    ["a reset with data", { flags: RST | ACK, payloadBytes: 9 }],
    ["word that something is unreachable", { protocol: 1, icmpType: 3 }],
    ["word that a packet lived too long", { protocol: 1, icmpType: 11 }],
    ["IPv6: a bare acknowledgement", { type: IPV6, flags: ACK, tcpOptionBytes: 12 }],
    ["IPv6: a reset", { type: IPV6, flags: RST }],
    ["IPv6: word that something is unreachable", { type: IPV6, protocol: 58, icmpType: 1 }],
    ["IPv6: neighbour discovery", { type: IPV6, protocol: 58, icmpType: 135 }],
  ])("not %s", (_, options) => {
    expect(passes(program, frame(options))).toBe(false)
  })

  it("not what the container sends itself", () => {
    expect(passes(program, frame({ flags: SYN }), 0)).toBe(false)
  })

  it("the program is as the kernel takes it: jumps forward and within, a return at its end", () => {
    const bytes = encodeFilter(program)
    expect(bytes).toHaveLength(8 * program.length)
    program.slice(0, -1).forEach(({ jt, jf }, index) => {
      for (const jump of [jt, jf]) {
        expect(jump).toBeGreaterThanOrEqual(0)
        expect(index + 1 + jump).toBeLessThan(program.length)
      }
    })
    expect(program.at(-1)?.code).toBe(0x06)
  })
})
