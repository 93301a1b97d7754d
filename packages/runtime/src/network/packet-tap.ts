import { closeSync } from "node:fs"
import { adoptDescriptor } from "../kernel/adopt-descriptor.js"
import { addressOf, bind } from "../kernel/libc.js"
import { toEngineError } from "../kernel/system-call-error.js"
import type { HostNetwork } from "./host-network.js"
import { encodeFilter, wakeFilter } from "./wake-filter.js"

/** Taps all of these links; one that is gone is silent. Rejects with `network_failed`. */
export async function watchPackets(
  host: Pick<HostNetwork, "link">,
  linkNames: readonly string[],
  onPacket: () => void,
): Promise<{ close(): void }> {
  const taps: { close(): void }[] = []
  const close = (): void => {
    for (const tap of taps.splice(0)) tap.close()
  }
  try {
    for (const name of linkNames) {
      const link = await host.link(name)
      if (link !== undefined) taps.push(tapPackets(link.index, onPacket))
    }
    return { close }
  } catch (error) {
    close()
    throw toEngineError(error, "network_failed", { op: "watch packets", links: [...linkNames] })
  }
}

/**
 * Calls back when a frame that the container's processes must see (`wakeFilter`) goes out of the host's end of its link, from wherever it comes: another
 * container, another machine by a published port, the host itself. A packet socket: it sees what the device sends after bridge, firewall and
 * address translation (packet(7)), costs nothing while nobody listens, and is gone with the process. Throws SystemCallError.
 */
export function tapPackets(linkIndex: number, onPacket: () => void): { close(): void } {
  const tap = callSocket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  try {
    // Before it is bound it hears nothing, so that no frame passes unfiltered.
    attachFilter(tap)
    const address = linkAddress(linkIndex)
    callBind(tap, address, address.length)
    const onread = {
      buffer: Buffer.alloc(64),
      callback: (): boolean => {
        onPacket()
        return true
      },
    }
    const socket = adoptDescriptor(tap, { writable: false, onread })
    // The link went, with its container: nothing comes any more.
    socket.on("error", () => undefined)
    socket.resume()
    socket.unref()
    return { close: () => void socket.destroy() }
  } finally {
    closeSync(tap)
  }
}

function attachFilter(tap: number): void {
  const program = wakeFilter()
  const code = encodeFilter(program)
  // struct sock_fprog: a length, and aligned, where the program lies.
  const description = Buffer.alloc(16)
  description.writeUInt16LE(program.length, 0)
  description.writeBigUInt64LE(addressOf(code), 8)
  callSetsockopt(tap, SOL_SOCKET, SO_ATTACH_FILTER, description, description.length)
  // Referenced to here.
  code.fill(0)
}

// struct sockaddr_ll: family, protocol in network order, index of the device.
function linkAddress(index: number): Buffer {
  const address = Buffer.alloc(20)
  address.writeUInt16LE(AF_PACKET, 0)
  address.writeUInt16BE(ETH_P_ALL, 2)
  address.writeInt32LE(index, 4)
  return address
}

const AF_PACKET = 17
const SOCK_RAW = 3
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26
// What a device sends is shown to sockets for all protocols only.
const ETH_P_ALL = 3

const callSocket = bind({ symbol: "socket", result: "int", arguments: ["int", "int", "int"] })
const callBind = bind({ symbol: "bind", result: "int", arguments: ["int", "void*", "unsigned int"] })
const callSetsockopt = bind({ symbol: "setsockopt", result: "int", arguments: ["int", "int", "int", "void*", "unsigned int"] })
