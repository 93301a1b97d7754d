import { parseAddress } from "../ipv4.js"
import { attributes, bytes, decodeAttributes, type NetlinkMessage, type NetlinkRequest, netlinkFlags } from "./message.js"

/** RTM_NEWNEIGH: what is sent to the MAC address on the bridge goes to the host itself and to no port; instead of where it went before. */
export function claimMac(bridgeIndex: number, macAddress: string): NetlinkRequest {
  return bridgeEntry(RTM.newNeighbour, { linkIndex: bridgeIndex, macAddress, state: NUD.permanent, flags: NTF.self })
}

/** RTM_DELNEIGH; ENOENT when the bridge has no such entry. */
export function disclaimMac(bridgeIndex: number, macAddress: string): NetlinkRequest {
  return bridgeEntry(RTM.deleteNeighbour, { linkIndex: bridgeIndex, macAddress, state: NUD.permanent, flags: NTF.self })
}

/** RTM_NEWNEIGH: what is sent to the MAC address goes to this port, as if the bridge had learned it. EPERM while the port does not forward yet. */
export function learnMac(portIndex: number, macAddress: string): NetlinkRequest {
  return bridgeEntry(RTM.newNeighbour, { linkIndex: portIndex, macAddress, state: NUD.reachable, flags: NTF.master })
}

/** RTM_NEWNEIGH: the host asks nobody for the MAC address of its neighbour (`permanent`), or only when it has not heard of it for long. */
export function setNeighbour(
  linkIndex: number,
  { address, macAddress, permanent }: { address: string; macAddress: string; permanent: boolean },
): NetlinkRequest {
  return {
    type: RTM.newNeighbour,
    flags: netlinkFlags.create | netlinkFlags.replace,
    body: Buffer.concat([
      header({ family: AF_INET, linkIndex, state: permanent ? NUD.permanent : NUD.stale, flags: 0 }),
      attributes(bytes(NDA.destination, addressBytes(address)), bytes(NDA.macAddress, macBytes(macAddress))),
    ]),
  }
}

/** RTM_DELNEIGH; ENOENT when the host knows no such neighbour. */
export function deleteNeighbour(linkIndex: number, address: string): NetlinkRequest {
  return {
    type: RTM.deleteNeighbour,
    flags: 0,
    body: Buffer.concat([
      header({ family: AF_INET, linkIndex, state: 0, flags: 0 }),
      attributes(bytes(NDA.destination, addressBytes(address))),
    ]),
  }
}

/** RTM_GETNEIGH: all entries of all bridges. */
export function listBridgeEntries(): NetlinkRequest {
  return list(AF_BRIDGE)
}

/** RTM_GETNEIGH: all IPv4 neighbours of the host. */
export function listNeighbours(): NetlinkRequest {
  return list(AF_INET)
}

/** A neighbour of the host, or an entry of a bridge. */
export interface Neighbour {
  /** Of the device; of an entry that is the bridge's own, the bridge. */
  linkIndex: number
  isPermanent: boolean
  /** Of a device's list of addresses, not of a bridge's table. */
  isFiltered: boolean
  macAddress?: string
  address?: string
}

/** Reads an answer to `listBridgeEntries` or `listNeighbours`. */
export function decodeNeighbour({ body }: NetlinkMessage): Neighbour {
  const found = decodeAttributes(body.subarray(12))
  const mac = found.get(NDA.macAddress)?.toString("hex").match(/../g)?.join(":")
  const address = found.get(NDA.destination)
  return {
    linkIndex: body.readInt32LE(4),
    isPermanent: (body.readUInt16LE(8) & NUD.permanent) !== 0,
    isFiltered: (body.readUInt8(10) & NTF.self) !== 0,
    ...(mac !== undefined && { macAddress: mac }),
    ...(address?.length === 4 && { address: address.join(".") }),
  }
}

const RTM = { newNeighbour: 28, deleteNeighbour: 29, getNeighbour: 30 } as const
// linux/neighbour.h
const NDA = { destination: 1, macAddress: 2 } as const
const NUD = { reachable: 0x02, stale: 0x04, permanent: 0x80 } as const
const NTF = { self: 0x02, master: 0x04 } as const
const AF_INET = 2
const AF_BRIDGE = 7

function bridgeEntry(type: number, entry: { linkIndex: number; macAddress: string; state: number; flags: number }): NetlinkRequest {
  return {
    type,
    flags: type === RTM.newNeighbour ? netlinkFlags.create | netlinkFlags.replace : 0,
    body: Buffer.concat([header({ family: AF_BRIDGE, ...entry }), attributes(bytes(NDA.macAddress, macBytes(entry.macAddress)))]),
  }
}

function list(family: number): NetlinkRequest {
  return { type: RTM.getNeighbour, flags: netlinkFlags.dump, body: header({ family, linkIndex: 0, state: 0, flags: 0 }) }
}

// ndmsg: family, padding, index of the device, state, flags, type.
function header(options: { family: number; linkIndex: number; state: number; flags: number }): Buffer {
  const buffer = Buffer.alloc(12)
  buffer.writeUInt8(options.family, 0)
  buffer.writeInt32LE(options.linkIndex, 4)
  buffer.writeUInt16LE(options.state, 8)
  buffer.writeUInt8(options.flags, 10)
  return buffer
}

function macBytes(address: string): Buffer {
  return Buffer.from(address.replaceAll(":", ""), "hex")
}

function addressBytes(address: string): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(parseAddress(address) ?? 0)
  return buffer
}
