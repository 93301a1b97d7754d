import { parseAddress } from "./ipv4.js"
import { REDIRECTED_MARK } from "./ruleset.js"

/** One instruction of the classic packet filter (struct sock_filter, linux/filter.h). */
export interface FilterInstruction {
  code: number
  k: number
  /** Instructions to skip when the comparison holds, and when not. */
  jt: number
  jf: number
}

/**
 * Which frames on their way into a container need its processes, as a classic BPF program for a packet socket on the host's end of its link:
 * IP packets that are addressed to it. Not: broadcasts and multicasts, ARP and neighbour discovery, errors of ICMP, and what of TCP the kernel deals with by
 * itself (resets, bare acknowledgements, keep-alives of no data).
 */
export function wakeFilter(): FilterInstruction[] {
  const program = new FilterProgram()
  program.load(byte, 0).when(jumpSet, 1, "ignore")
  program.load(byte, PACKET_TYPE).unless(jumpEqual, PACKET_OUTGOING, "ignore")
  program.load(half, 12).when(jumpEqual, ETHERTYPE_IPV4, "v4").when(jumpEqual, ETHERTYPE_IPV6, "v6", "ignore")
  addProtocols(program)
  program.label("wake").add({ code: RETURN, k: FRAME_BYTES })
  program.label("ignore").add({ code: RETURN, k: 0 })
  return program.resolved()
}

/**
 * What is heard at a network's bridge of a container whose link is gone (classic BPF as `wakeFilter`): IPv4 packets that need its processes, and questions for its address, from the host and from
 * containers of its own tenant, whoever they go to by then. Gives the length that is read: all of a packet, of one that the bridge redirects to it (br_netfilter) too little to be sent on.
 */
export function parkFilter({ macAddress, address }: { macAddress: string; address: string }): FilterInstruction[] {
  const mac = Buffer.from(macAddress.replaceAll(":", ""), "hex")
  const ip = parseAddress(address) ?? 0
  const program = new FilterProgram()
  program.load(half, 12).when(jumpEqual, ETHERTYPE_ARP, "arp").unless(jumpEqual, ETHERTYPE_IPV4, "ignore")
  program.load(word, 0).unless(jumpEqual, mac.readUInt32BE(0), "ignore").load(half, 4).unless(jumpEqual, mac.readUInt16BE(4), "ignore")
  program.load(word, 30).when(jumpEqual, ip, "sender", "ignore")
  program.label("arp").load(half, 20).unless(jumpEqual, ARP_REQUEST, "ignore").load(word, 38).unless(jumpEqual, ip, "ignore")
  // The host's own go out of the bridge. A tenant's containers have the first half of their addresses in common.
  program.label("sender").load(byte, PACKET_TYPE).when(jumpEqual, PACKET_OUTGOING, "known")
  program.load(half, 6).unless(jumpEqual, mac.readUInt16BE(0), "stranger").load(byte, 8).when(jumpEqual, mac.readUInt8(2), "known")
  program.label("stranger").load(word, MARK).unless(jumpEqual, REDIRECTED_MARK, "ignore")
  program.label("known").load(half, 12).when(jumpEqual, ETHERTYPE_ARP, "all")
  addProtocols(program)
  program.label("wake").load(word, MARK).unless(jumpEqual, REDIRECTED_MARK, "all")
  program.load(byte, PACKET_TYPE).when(jumpEqual, PACKET_OUTGOING, "all")
  program.add({ code: RETURN, k: FRAME_BYTES })
  program.label("all").add({ code: RETURN, k: MAXIMUM_FRAME_BYTES })
  program.label("ignore").add({ code: RETURN, k: 0 })
  return program.resolved()
}

// From "v4" or "v6" to "wake" or "ignore".
function addProtocols(program: FilterProgram): void {
  program.label("v4").load(half, 20).when(jumpSet, LATER_FRAGMENT, "wake")
  program.add({ code: LDX_HEADER_LENGTH, k: 14 }).load(byte, 23)
  program.when(jumpEqual, TCP, "tcp4").when(jumpEqual, ICMP, "icmp4", "wake")
  program.label("icmp4").add({ code: LD_BYTE_INDIRECT, k: 14 })
  for (const error of [3, 4, 5, 11, 12]) program.when(jumpEqual, error, "ignore")
  program.jump("wake")
  // Flags, then what the packet is long less its two headers.
  program
    .label("tcp4")
    .add({ code: LD_BYTE_INDIRECT, k: 14 + 13 })
    .when(jumpSet, RST, "ignore")
    .when(jumpSet, SYN_OR_FIN, "wake")
  program.add({ code: LD_BYTE_INDIRECT, k: 14 + 12 }, ...dataOffsetToBytes, { code: ADD_X, k: 0 }, { code: TAX, k: 0 })
  program.load(half, 16).add({ code: SUB_X, k: 0 }).when(jumpEqual, 0, "ignore", "wake")
  program.label("v6").load(byte, 20).when(jumpEqual, TCP, "tcp6").when(jumpEqual, ICMPV6, "icmp6", "wake")
  program.label("icmp6").load(byte, 54).unless(jumpGreaterEqual, 128, "ignore").unless(jumpGreaterEqual, 133, "wake")
  program.unless(jumpGreaterEqual, 138, "ignore", "wake")
  program.label("tcp6").load(byte, 67).when(jumpSet, RST, "ignore").when(jumpSet, SYN_OR_FIN, "wake")
  program.load(byte, 66).add(...dataOffsetToBytes, { code: TAX, k: 0 })
  program.load(half, 18).add({ code: SUB_X, k: 0 }).when(jumpEqual, 0, "ignore", "wake")
}

/** The program as the kernel takes it. */
export function encodeFilter(program: readonly FilterInstruction[]): Buffer {
  const bytes = Buffer.alloc(8 * program.length)
  program.forEach(({ code, jt, jf, k }, index) => {
    bytes.writeUInt16LE(code, 8 * index)
    bytes.writeUInt8(jt, 8 * index + 2)
    bytes.writeUInt8(jf, 8 * index + 3)
    bytes.writeUInt32LE(k, 8 * index + 4)
  })
  return bytes
}

type Target = "v4" | "v6" | "icmp4" | "tcp4" | "icmp6" | "tcp6" | "arp" | "sender" | "stranger" | "known" | "wake" | "all" | "ignore"
type Draft = { code: number; k: number; jt?: Target; jf?: Target }

/** Jumps by name, which become the distances that the kernel wants. */
class FilterProgram {
  readonly #drafts: Draft[] = []
  readonly #labels = new Map<Target, number>()

  add(...drafts: Draft[]): this {
    this.#drafts.push(...drafts)
    return this
  }

  load(size: number, offset: number): this {
    return this.add({ code: LD_ABSOLUTE | size, k: offset })
  }

  /** Jumps when the comparison holds; otherwise goes on, or to `otherwise`. */
  when(code: number, k: number, target: Target, otherwise?: Target): this {
    return this.add({ code, k, jt: target, ...(otherwise === undefined ? {} : { jf: otherwise }) })
  }

  unless(code: number, k: number, target: Target, otherwise?: Target): this {
    return this.add({ code, k, jf: target, ...(otherwise === undefined ? {} : { jt: otherwise }) })
  }

  jump(target: Target): this {
    return this.when(jumpEqual, 0, target, target)
  }

  label(name: Target): this {
    this.#labels.set(name, this.#drafts.length)
    return this
  }

  resolved(): FilterInstruction[] {
    const distance = (from: number, target: Target | undefined): number =>
      target === undefined ? 0 : (this.#labels.get(target) ?? Number.NaN) - from - 1
    return this.#drafts.map(({ code, k, jt, jf }, index) => ({ code, k, jt: distance(index, jt), jf: distance(index, jf) }))
  }
}

// linux/bpf_common.h, linux/filter.h
const word = 0x00
const byte = 0x10
const half = 0x08
const LD_ABSOLUTE = 0x20
const LD_BYTE_INDIRECT = 0x50
const LDX_HEADER_LENGTH = 0xb1
const jumpEqual = 0x15
const jumpGreaterEqual = 0x35
const jumpSet = 0x45
const ADD_X = 0x0c
const SUB_X = 0x1c
const TAX = 0x07
const RETURN = 0x06
/** SKF_AD_OFF + SKF_AD_PKTTYPE: to where the frame goes, as the kernel sees it. */
const PACKET_TYPE = 0xfffff004
const PACKET_OUTGOING = 4
/** SKF_AD_OFF + SKF_AD_MARK. */
const MARK = 0xfffff014
/** Upper four bits of the byte: words of the header. */
const dataOffsetToBytes: readonly Draft[] = [
  { code: 0x54, k: 0xf0 },
  { code: 0x74, k: 2 },
]

const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_ARP = 0x0806
const ARP_REQUEST = 1
const ETHERTYPE_IPV6 = 0x86dd
const LATER_FRAGMENT = 0x1fff
const ICMP = 1
const TCP = 6
const ICMPV6 = 58
const RST = 0x04
const SYN_OR_FIN = 0x03
/** Nobody reads the frame: that there is one is all. */
const FRAME_BYTES = 1
const MAXIMUM_FRAME_BYTES = 0x40000
