import { closeSync } from "node:fs"
import type { OnReadOpts, Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { errnoOf } from "../../errors.js"
import { adoptDescriptor } from "../../kernel/adopt-descriptor.js"
import { bind } from "../../kernel/libc.js"

export interface PacketSocket {
  socket: Socket
  /**
   * Hands over the packets that libuv left: it takes a hang-up together with a short read for the end of a stream, though
   * each packet is a short read. To be called at "end" or "error".
   */
  drain(): void
}

/**
 * Connects to a SOCK_SEQPACKET unix socket, which node:net cannot make. libuv's read(2), write(2) and shutdown(2) do the right thing
 * on it: one packet a call.
 *
 * `onPacket` gets each packet, whose bytes are reused afterwards; returning false pauses the socket until `resume`. A write must fit into one
 * packet and be finished before the next. Throws SystemCallError (ENOENT, ECONNREFUSED: nobody listens).
 */
export async function connectPacketSocket(path: string, onPacket: (packet: Buffer) => boolean): Promise<PacketSocket> {
  const packets = callSocket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  try {
    await connect(packets, path)
    const socket = adopt(packets, onPacket)
    // Both descriptors are the one connection, which ends when both are closed.
    socket.once("close", () => closeSync(packets))
    return { socket, drain: () => drain(packets, onPacket) }
  } catch (error) {
    closeSync(packets)
    throw error
  }
}

function adopt(packets: number, onPacket: (packet: Buffer) => boolean): Socket {
  const onread: OnReadOpts = {
    buffer: Buffer.alloc(PACKET_BYTES),
    callback: (length, bytes) => onPacket(Buffer.from(bytes.buffer, bytes.byteOffset, length)),
  }
  return adoptDescriptor(packets, { writable: true, allowHalfOpen: true, onread })
}

function drain(packets: number, onPacket: (packet: Buffer) => boolean): void {
  const buffer = Buffer.alloc(PACKET_BYTES)
  for (;;) {
    try {
      const length = callRecv(packets, buffer, buffer.length, MSG_DONTWAIT)
      if (length === 0) return
      onPacket(buffer.subarray(0, length))
    } catch (error) {
      // The kernel reports a reset once, before what is still queued.
      if (errnoOf(error) === "ECONNRESET") continue
      if (errnoOf(error) === "EAGAIN") return
      throw error
    }
  }
}

// Only a full queue of the listener makes it wait.
async function connect(fd: number, path: string): Promise<void> {
  const address = unixAddress(path)
  for (let attempt = 0; ; attempt++) {
    try {
      callConnect(fd, address, address.length)
      return
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN" || attempt === 100) throw error
      await sleep(attempt)
    }
  }
}

function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(path)
  if (bytes.length >= PATH_BYTES) throw new RangeError(`A socket path has fewer than ${PATH_BYTES} bytes: ${path}`)
  const address = Buffer.alloc(2 + bytes.length + 1)
  address.writeUInt16LE(AF_UNIX, 0)
  bytes.copy(address, 2)
  return address
}

// linux/socket.h, linux/un.h.
const AF_UNIX = 1
const SOCK_SEQPACKET = 5
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const PATH_BYTES = 108
const PACKET_BYTES = 65_536

const callSocket = bind({ symbol: "socket", result: "int", arguments: ["int", "int", "int"] })
const callConnect = bind({ symbol: "connect", result: "int", arguments: ["int", "void*", "unsigned int"] })
const callRecv = bind({ symbol: "recv", result: "long", arguments: ["int", "void*", "size_t", "int"] })
