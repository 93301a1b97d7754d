import type { Subnet } from "../ipv4.js"
import { attributes, bytes, decodeAttributes, type NetlinkMessage, type NetlinkRequest, netlinkFlags, u32 } from "./message.js"

/** RTM_NEWADDR; an address that is there already is no error. */
export function addAddress(options: { linkIndex: number; address: number; prefixLength: number; broadcast?: number }): NetlinkRequest {
  const header = Buffer.alloc(8)
  header.writeUInt8(AF_INET, 0)
  header.writeUInt8(options.prefixLength, 1)
  header.writeUInt32LE(options.linkIndex, 4)
  const address = networkOrder(options.address)
  const broadcast = options.broadcast === undefined ? [] : [bytes(IFA.broadcast, networkOrder(options.broadcast))]
  return {
    type: RTM.newAddress,
    flags: netlinkFlags.create | netlinkFlags.replace,
    body: Buffer.concat([header, attributes(bytes(IFA.local, address), bytes(IFA.address, address), ...broadcast)]),
  }
}

/** RTM_NEWROUTE of the default route in the main table. */
export function addDefaultRoute(options: { linkIndex: number; gateway: number }): NetlinkRequest {
  const header = Buffer.from([AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0, 0, 0, 0])
  return {
    type: RTM.newRoute,
    flags: netlinkFlags.create | netlinkFlags.replace,
    body: Buffer.concat([header, attributes(bytes(RTA.gateway, networkOrder(options.gateway)), u32(RTA.outputLink, options.linkIndex))]),
  }
}

/** RTM_GETROUTE: all IPv4 routes of all tables. */
export function listRoutes(): NetlinkRequest {
  return { type: RTM.getRoute, flags: netlinkFlags.dump, body: Buffer.from([AF_INET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }
}

export interface Route {
  destination: Subnet
  outputLink?: number
}

/** Reads an answer to `listRoutes`. */
export function decodeRoute(message: NetlinkMessage): Route {
  const found = decodeAttributes(message.body.subarray(12))
  const outputLink = found.get(RTA.outputLink)?.readUInt32LE(0)
  return {
    destination: { base: found.get(RTA.destination)?.readUInt32BE(0) ?? 0, prefixLength: message.body.readUInt8(1) },
    ...(outputLink === undefined ? {} : { outputLink }),
  }
}

const RTM = { newAddress: 20, newRoute: 24, getRoute: 26 } as const
const IFA = { address: 1, local: 2, broadcast: 4 } as const
const RTA = { destination: 1, outputLink: 4, gateway: 5 } as const
const AF_INET = 2
const RT_TABLE_MAIN = 254
const RTPROT_BOOT = 3
const RT_SCOPE_UNIVERSE = 0
const RTN_UNICAST = 1

function networkOrder(address: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(address)
  return buffer
}
