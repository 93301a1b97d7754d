import { errnoOf } from "../errors.js"
import { OFFLOAD_HEADER_BYTES, openPacketSocket, readFrames, receiveFrame, sendFrame } from "./packet-socket.js"
import { parkFilter } from "./wake-filter.js"

interface BridgeTapOptions {
  bridgeIndex: number
  /** Of the container that is listened for. */
  macAddress: string
  address: string
  /** Of an IP packet for it, whole (valid until the call returns); absent: it cannot be sent on. False: no more for a moment. */
  onPacket: (frame: Buffer | undefined) => boolean
  /** The host's own stack asked for its MAC address. */
  onHostQuestion: () => void
}

/** Listens at a bridge for a container that has no link there. */
export interface BridgeTap {
  /** Calls back at once for what the kernel still holds, and ends. */
  finish(): void
  close(): void
}

/**
 * Hears what `parkFilter` lets pass and answers for the container when one of its neighbours asks for its MAC address (RFC 826): nobody's connection fails
 * because waking takes long. The bridge must lead the MAC address to the host (`claimMac`). Throws SystemCallError.
 */
export function tapBridge(options: BridgeTapOptions): BridgeTap {
  const mac = Buffer.from(options.macAddress.replaceAll(":", ""), "hex")
  const tap = openPacketSocket(options.bridgeIndex, { filter: parkFilter(options), offload: true })
  let resuming: NodeJS.Timeout | undefined
  const hear = (length: number): boolean => {
    const frame = sharedBuffer.subarray(0, length)
    const ethernet = frame.subarray(OFFLOAD_HEADER_BYTES)
    if (ethernet.length < HEADER_BYTES) return options.onPacket(undefined)
    if (ethernet.readUInt16BE(12) !== ETHERTYPE_ARP) return options.onPacket(frame)
    if (!isOfTenant(ethernet, mac)) options.onHostQuestion()
    else answer(tap, ethernet, mac)
    return true
  }
  const callback = (length: number): boolean => {
    if (hear(length)) return true
    resuming = setTimeout(() => reading.resume(), PAUSE_MS).unref()
    return false
  }
  const reading = readFrames(tap, { buffer: sharedBuffer, callback })
  const close = (): void => {
    clearTimeout(resuming)
    reading.close()
  }
  return {
    finish: () => {
      for (let length = received(tap); length !== undefined; length = received(tap)) hear(length)
      close()
    },
    close,
  }
}

function received(tap: number): number | undefined {
  try {
    return receiveFrame(tap, sharedBuffer)
  } catch (error) {
    if (errnoOf(error) === "EAGAIN" || errnoOf(error) === "ENETDOWN") return undefined
    throw error
  }
}

/** The sender's hardware address is that of a container of the same tenant, not the host's. */
function isOfTenant(question: Buffer, mac: Buffer): boolean {
  return question.subarray(SENDER_MAC, SENDER_MAC + 3).equals(mac.subarray(0, 3))
}

// Who asked asks again when the answer is lost.
function answer(tap: number, question: Buffer, mac: Buffer): void {
  const sender = question.subarray(SENDER_MAC, SENDER_MAC + 6)
  const reply = Buffer.concat([
    Buffer.alloc(OFFLOAD_HEADER_BYTES),
    sender,
    mac,
    // Ethertype, kinds and lengths of addresses.
    question.subarray(12, 20),
    Buffer.from([0, ARP_REPLY]),
    mac,
    question.subarray(TARGET_IP, TARGET_IP + 4),
    question.subarray(SENDER_MAC, TARGET_MAC),
  ])
  try {
    sendFrame(tap, reply)
  } catch (error) {
    if (!["ENETDOWN", "ENOBUFS", "ENXIO", "EAGAIN"].includes(errnoOf(error) ?? "")) throw error
  }
}

const ETHERTYPE_ARP = 0x0806
const ARP_REPLY = 2
/** Ethernet's, and the shortest of IP and ARP. */
const HEADER_BYTES = 14 + 20
// Where they are in a frame with ARP for IPv4.
const SENDER_MAC = 22
const TARGET_MAC = 32
const TARGET_IP = 38
/** When nothing more can be kept, nobody needs to hear of every packet. */
const PAUSE_MS = 200
// One for all taps: what read(2) wrote is dealt with before anything else runs. A packet that the kernel has not cut up yet fits.
const sharedBuffer = Buffer.allocUnsafe(OFFLOAD_HEADER_BYTES + 14 + 4 + 65_536)
