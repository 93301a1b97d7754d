import { describe, expect, it } from "vitest"
import { encodeFilter, type FilterInstruction, parkFilter, wakeFilter } from "./wake-filter.js"

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

function passes(program: readonly FilterInstruction[], bytes: Buffer, packetType = 4): boolean {
  return readLength(program, bytes, { packetType }) > 0
}

/** What the kernel's interpreter makes of a frame (net/core/filter.c): how much of it is read. A load beyond its end ends it with 0. */
function readLength(program: readonly FilterInstruction[], bytes: Buffer, { packetType = 4, mark = 0 }): number {
  let [a, x] = [0, 0]
  const ancillary = new Map([
    [0xfffff004, packetType],
    [0xfffff014, mark],
  ])
  const at = (offset: number, size: number): number | undefined =>
    ancillary.get(offset) ?? (offset + size > bytes.length ? undefined : bytes.readUIntBE(offset, size))
  for (let counter = 0; ; counter++) {
    const { code, k, jt, jf } = program[counter] as FilterInstruction
    const load =
      code === 0x20
        ? at(k, 4)
        : code === 0x28
          ? at(k, 2)
          : code === 0x30
            ? at(k, 1)
            : code === 0x50
              ? at(x + k, 1)
              : code === 0xb1
                ? at(k, 1)
                : 0
    if (load === undefined) return 0
    if (code === 0x20 || code === 0x28 || code === 0x30 || code === 0x50) a = load
    else if (code === 0xb1) x = (load & 0xf) * 4
    else if (code === 0x15) counter += a === k ? jt : jf
    else if (code === 0x35) counter += a >= k ? jt : jf
    else if (code === 0x45) counter += (a & k) !== 0 ? jt : jf
    else if (code === 0x54) a &= k
    else if (code === 0x74) a >>>= k
    else if (code === 0x0c) a += x
    else if (code === 0x1c) a -= x
    else if (code === 0x07) x = a
    else if (code === 0x06) return k
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

  it.each([
    ["wake", program],
    ["park", parkFilter({ macAddress: "02:00:07:c9:00:05", address: "10.201.0.5" })],
  ])("the program is as the kernel takes it: jumps forward and within, a return at its end (%s)", (_, program) => {
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

describe("what is heard for a container without a link", () => {
  const program = parkFilter({ macAddress: "02:00:07:c9:00:05", address: "10.201.0.5" })
  const [OWN, NEIGHBOUR, STRANGER, BRIDGE] = ["020007c90005", "020007c90009", "020008c90009", "020000c90001"]
  const [IN, OUT, BROADCAST] = [3, 4, 1]
  const REDIRECTED = 0x706c6d73

  interface Heard {
    to?: string
    from?: string
    address?: string
    direction?: number
    mark?: number
  }

  function packet({ to = OWN, from = BRIDGE, address = "0ac90005" }: Heard, options: Frame): Buffer {
    const bytes = frame(options)
    bytes.write(to, 0, "hex")
    bytes.write(from, 6, "hex")
    bytes.write(address, 30, "hex")
    return bytes
  }

  function arp({ to = "ffffffffffff", from = BRIDGE, address = "0ac90005" }: Heard, operation = 1): Buffer {
    const question = `${to}${from}0806000108000604000${operation}${from}0ac90009000000000000${address}`
    return Buffer.from(question, "hex")
  }

  const heard = (bytes: Buffer, { direction = OUT, mark = 0 }: Heard = {}): number =>
    readLength(program, bytes, { packetType: direction, mark })

  it.each<[string, Heard, Frame]>([
    ["the host's", {}, { flags: SYN }],
    ["a published port's from another network", { mark: REDIRECTED }, { flags: SYN }],
    ["a neighbour's", { from: NEIGHBOUR, direction: IN }, { flags: SYN }],
    ["a neighbour's datagram", { from: NEIGHBOUR, direction: IN }, { protocol: 17, payloadBytes: 9 }],
    ["a ping", { from: NEIGHBOUR, direction: IN }, { protocol: 1, icmpType: 8 }],
  ])("a packet, all of it: %s", (_, way, options) => {
    expect(heard(packet(way, options), way)).toBeGreaterThan(65_535)
  })

  it("one that the bridge redirects, but too little to be sent on", () => {
    for (const from of [NEIGHBOUR, STRANGER]) {
      const way = { from, direction: IN, mark: REDIRECTED }
      expect(heard(packet(way, { flags: SYN }), way)).toBe(1)
    }
  })

  it("questions for its address, whoever they are sent to", () => {
    expect(heard(arp({}))).toBeGreaterThan(42)
    expect(heard(arp({ to: OWN }))).toBeGreaterThan(42)
    for (const [to, direction] of [
      [undefined, BROADCAST],
      [OWN, IN],
    ] as const)
      expect(heard(arp({ from: NEIGHBOUR, ...(to && { to }) }), { direction })).toBeGreaterThan(42)
  })

  it.each<[string, Buffer, Heard]>([
    ["a question for another address", arp({ address: "0ac90006" }), {}],
    ["an answer", arp({}, 2), {}],
    ["a question of another tenant", arp({ from: STRANGER }), { direction: BROADCAST }],
    ["a packet of another tenant", packet({ from: STRANGER }, { flags: SYN }), { direction: IN }],
    ["a packet to another container", packet({ to: NEIGHBOUR }, { flags: SYN }), {}],
    ["a packet to one whose MAC address begins as its own", packet({ to: "020007c90006" }, { flags: SYN }), {}],
    ["a packet to another address", packet({ address: "0ac90006" }, { flags: SYN }), {}],
    ["a broadcast", packet({ to: "ffffffffffff", address: "0ac903ff" }, { protocol: 17 }), {}],
    ["IPv6", packet({}, { type: IPV6, flags: SYN }), {}],
    ["a bare acknowledgement", packet({}, { flags: ACK }), {}],
    ["a reset", packet({ from: NEIGHBOUR }, { flags: RST }), { direction: IN }],
    ["word that something is unreachable", packet({}, { protocol: 1, icmpType: 3 }), {}],
    ["a foreign mark", packet({ from: STRANGER }, { flags: SYN }), { direction: IN, mark: 1 }],
  ])("not %s", (_, bytes, way) => {
    expect(heard(bytes, way)).toBe(0)
  })
})
