import { close, closeSync } from "node:fs"
import type { OnReadOpts, Socket } from "node:net"
import { adoptDescriptor } from "../kernel/adopt-descriptor.js"
import { addressOf, bind } from "../kernel/libc.js"
import { encodeFilter, type FilterInstruction } from "./wake-filter.js"

/** Each frame then has struct virtio_net_hdr before it: checksums and segments that the kernel has put off stay what they are when the frame is sent on. */
export const OFFLOAD_HEADER_BYTES = 10

/**
 * A packet socket of a device (packet(7)); the caller closes the descriptor (`closePacketSocket`). It hears what passes the filter, in both directions, and nothing without one; never waits. With `offload` each frame has a
 * header (`OFFLOAD_HEADER_BYTES`), also of those that are sent. Throws SystemCallError.
 */
export function openPacketSocket(
  linkIndex: number,
  { filter, offload = false }: { filter?: readonly FilterInstruction[]; offload?: boolean },
): number {
  const descriptor = callSocket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  try {
    // Before it is bound it hears nothing, so that no frame passes unfiltered.
    if (filter !== undefined) attachFilter(descriptor, filter)
    if (offload) callSetsockopt(descriptor, SOL_PACKET, PACKET_VNET_HDR, Buffer.from([1, 0, 0, 0]), 4)
    const address = linkAddress(linkIndex, filter === undefined ? 0 : ETH_P_ALL)
    callBind(descriptor, address, address.length)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Calls back with each frame, as node:net does with `onread` (false: no more until `resume`). It owns the descriptor from now on, also when it throws. Does not keep the process alive. */
export function readFrames(descriptor: number, onread: OnReadOpts): { resume(): void; close(): void } {
  const socket = adopt(descriptor, onread)
  // The device went: nothing comes any more.
  socket.on("error", () => undefined)
  socket.resume()
  socket.unref()
  const close = (): void => {
    if (socket.destroyed) return
    // Its descriptor first: the kernel waits when the other is closed, too.
    socket.destroy()
    closePacketSocket(descriptor)
  }
  return { resume: () => void socket.resume(), close }
}

/** The kernel waits for all readers of the device first, which takes milliseconds: on a thread of the pool, nobody waits for it. */
export function closePacketSocket(descriptor: number): void {
  close(descriptor, () => undefined)
}

/** Throws SystemCallError (`ENETDOWN`, `ENOBUFS`, …). */
export function sendFrame(descriptor: number, frame: Buffer): void {
  callSend(descriptor, frame, frame.length, MSG_DONTWAIT)
}

/** Reads one frame into the buffer and gives its length. Throws SystemCallError, `EAGAIN` when there is none. */
export function receiveFrame(descriptor: number, buffer: Buffer): number {
  return callReceive(descriptor, buffer, buffer.length, MSG_DONTWAIT)
}

function adopt(descriptor: number, onread: OnReadOpts): Socket {
  try {
    return adoptDescriptor(descriptor, { writable: false, onread })
  } catch (error) {
    closePacketSocket(descriptor)
    throw error
  }
}

function attachFilter(descriptor: number, program: readonly FilterInstruction[]): void {
  const code = encodeFilter(program)
  // struct sock_fprog: a length, and aligned, where the program lies.
  const description = Buffer.alloc(16)
  description.writeUInt16LE(program.length, 0)
  description.writeBigUInt64LE(addressOf(code), 8)
  callSetsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, description, description.length)
  // Referenced to here.
  code.fill(0)
}

// struct sockaddr_ll: family, protocol in network order, index of the device.
function linkAddress(index: number, protocol: number): Buffer {
  const address = Buffer.alloc(20)
  address.writeUInt16LE(AF_PACKET, 0)
  address.writeUInt16BE(protocol, 2)
  address.writeInt32LE(index, 4)
  return address
}

const AF_PACKET = 17
const SOCK_RAW = 3
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26
const SOL_PACKET = 263
const PACKET_VNET_HDR = 15
const MSG_DONTWAIT = 0x40
// What a device sends is shown to sockets for all protocols only.
const ETH_P_ALL = 3

const callSocket = bind({ symbol: "socket", result: "int", arguments: ["int", "int", "int"] })
const callBind = bind({ symbol: "bind", result: "int", arguments: ["int", "void*", "unsigned int"] })
const callSetsockopt = bind({ symbol: "setsockopt", result: "int", arguments: ["int", "int", "int", "void*", "unsigned int"] })
const callSend = bind({ symbol: "send", result: "long", arguments: ["int", "void*", "size_t", "int"] })
const callReceive = bind({ symbol: "recv", result: "long", arguments: ["int", "void*", "size_t", "int"] })
