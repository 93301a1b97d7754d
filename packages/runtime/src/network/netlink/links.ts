import {
  type Attribute,
  attributes,
  bytes,
  decodeAttributes,
  type NetlinkMessage,
  type NetlinkRequest,
  nested,
  netlinkFlags,
  readText,
  text,
  u8,
  u32,
} from "./message.js"

/** A network device. */
export interface Link {
  index: number
  name: string
  up: boolean
  mtu: number
  /** Index of the bridge it is a port of. */
  masterIndex?: number
  /** `bridge`, `veth`, …; absent for physical ones. */
  kind?: string
}

/** Both ends of a veth pair, made in one request: one as a port of a bridge here, the other in another namespace. Both are down. */
export interface VethRequest {
  name: string
  bridgeIndex: number
  mtu: number
  peer: { name: string; macAddress: string; namespaceFd: number }
}

/** RTM_NEWLINK for a veth pair. */
export function createVeth(options: VethRequest): NetlinkRequest {
  const peer = Buffer.concat([
    linkHeader({}),
    attributes(
      text(IFLA.ifname, options.peer.name),
      bytes(IFLA.address, macBytes(options.peer.macAddress)),
      u32(IFLA.mtu, options.mtu),
      u32(IFLA.netNsFd, options.peer.namespaceFd),
    ),
  ])
  return newLink(
    text(IFLA.ifname, options.name),
    u32(IFLA.mtu, options.mtu),
    u32(IFLA.master, options.bridgeIndex),
    nested(IFLA.linkInfo, text(IFLA_INFO.kind, "veth"), nested(IFLA_INFO.data, bytes(VETH_INFO_PEER, peer))),
  )
}

/** RTM_NEWLINK for a bridge that forwards at once (no spanning tree) and is down: settings come before traffic. */
export function createBridge(options: { name: string; macAddress: string; mtu: number }): NetlinkRequest {
  return newLink(
    text(IFLA.ifname, options.name),
    bytes(IFLA.address, macBytes(options.macAddress)),
    u32(IFLA.mtu, options.mtu),
    nested(IFLA.linkInfo, text(IFLA_INFO.kind, "bridge"), nested(IFLA_INFO.data, u32(IFLA_BR_FORWARD_DELAY, 0), u32(IFLA_BR_STP_STATE, 0))),
  )
}

/** RTM_NEWLINK for an intermediate device (ifb): what is sent into it by a filter is queued, and goes on where it was. */
export function createIfb(name: string): NetlinkRequest {
  return newLink(text(IFLA.ifname, name), nested(IFLA.linkInfo, text(IFLA_INFO.kind, "ifb")))
}

/** RTM_SETLINK: up. */
export function setLinkUp(name: string): NetlinkRequest {
  return { type: RTM.setLink, flags: 0, body: Buffer.concat([linkHeader({ up: true }), attributes(text(IFLA.ifname, name))]) }
}

/**
 * RTM_SETLINK: no fe80:: address when it comes up. It would be a way around rules that name IPv4 addresses, and its router
 * solicitations wake sleepers. (The kernel takes this setting only of a link that exists; EAFNOSUPPORT without IPv6.)
 */
export function withoutLinkLocalV6(name: string): NetlinkRequest {
  const mode = nested(IFLA.afSpec, nested(AF_INET6, u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)))
  return { type: RTM.setLink, flags: 0, body: Buffer.concat([linkHeader({}), attributes(text(IFLA.ifname, name), mode)]) }
}

/**
 * RTM_NEWLINK of a link that exists (RTM_SETLINK ignores a port's settings): the bridge may send a frame back through the port it came from. With br_netfilter loaded (Docker does it) the
 * packet of a container to its own published port is redirected inside of the bridge and would be dropped there.
 */
export function allowHairpin(name: string): NetlinkRequest {
  const port = nested(IFLA.linkInfo, text(IFLA_INFO.slaveKind, "bridge"), nested(IFLA_INFO.slaveData, u8(IFLA_BRPORT_MODE, 1)))
  return { type: RTM.newLink, flags: 0, body: Buffer.concat([linkHeader({}), attributes(text(IFLA.ifname, name), port)]) }
}

/** RTM_SETLINK: makes it a port of the bridge. */
export function setMaster(index: number, bridgeIndex: number): NetlinkRequest {
  return { type: RTM.setLink, flags: 0, body: Buffer.concat([linkHeader({ index }), attributes(u32(IFLA.master, bridgeIndex))]) }
}

/** RTM_DELLINK. */
export function deleteLink(index: number): NetlinkRequest {
  return { type: RTM.deleteLink, flags: 0, body: linkHeader({ index }) }
}

/** RTM_GETLINK of one device; ENODEV when there is none. */
export function getLink(name: string): NetlinkRequest {
  return {
    type: RTM.getLink,
    flags: 0,
    body: Buffer.concat([linkHeader({}), attributes(text(IFLA.ifname, name), u32(IFLA.extendedMask, SKIP_STATISTICS))]),
  }
}

/** RTM_GETLINK of all devices. */
export function listLinks(): NetlinkRequest {
  return {
    type: RTM.getLink,
    flags: netlinkFlags.dump,
    body: Buffer.concat([linkHeader({}), attributes(u32(IFLA.extendedMask, SKIP_STATISTICS))]),
  }
}

/** Reads an answer to `getLink` or `listLinks`. */
export function decodeLink(message: NetlinkMessage): Link {
  const found = decodeAttributes(message.body.subarray(16))
  const master = found.get(IFLA.master)?.readUInt32LE(0)
  const info = found.get(IFLA.linkInfo)
  const kind = info === undefined ? undefined : readText(decodeAttributes(info).get(IFLA_INFO.kind))
  return {
    index: message.body.readInt32LE(4),
    name: readText(found.get(IFLA.ifname)) ?? "",
    up: (message.body.readUInt32LE(8) & IFF_UP) !== 0,
    mtu: found.get(IFLA.mtu)?.readUInt32LE(0) ?? 0,
    ...(master === undefined || master === 0 ? {} : { masterIndex: master }),
    ...(kind === undefined ? {} : { kind }),
  }
}

const RTM = { newLink: 16, deleteLink: 17, getLink: 18, setLink: 19 } as const
const IFLA = { address: 1, ifname: 3, mtu: 4, master: 10, linkInfo: 18, afSpec: 26, netNsFd: 28, extendedMask: 29 } as const
const IFLA_INFO = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const
const VETH_INFO_PEER = 1
const IFLA_BR_FORWARD_DELAY = 1
const IFLA_BR_STP_STATE = 5
const IFLA_BRPORT_MODE = 4
const IFLA_INET6_ADDR_GEN_MODE = 8
const IN6_ADDR_GEN_MODE_NONE = 1
const AF_INET6 = 10
const IFF_UP = 1
const SKIP_STATISTICS = 8

function newLink(...list: readonly Attribute[]): NetlinkRequest {
  return {
    type: RTM.newLink,
    flags: netlinkFlags.create | netlinkFlags.exclusive,
    body: Buffer.concat([linkHeader({}), attributes(...list)]),
  }
}

// ifinfomsg: family, padding, type, index, flags, mask of changed flags.
function linkHeader(options: { index?: number; up?: boolean }): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(options.index ?? 0, 4)
  header.writeUInt32LE(options.up === true ? IFF_UP : 0, 8)
  header.writeUInt32LE(options.up === true ? IFF_UP : 0, 12)
  return header
}

function macBytes(address: string): Buffer {
  return Buffer.from(address.replaceAll(":", ""), "hex")
}
