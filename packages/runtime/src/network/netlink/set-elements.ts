import { attributes, bytes, type NetlinkRequest, nested, netlinkFlags, text } from "./message.js"

/** An element of a named nftables set without data. */
export interface SetElement {
  family: "bridge" | "inet"
  table: string
  set: string
  /** As the kernel compares it. */
  key: Buffer
}

/** NFT_MSG_NEWSETELEM; one that is there already is no error. For `NetlinkSocket.transaction`. */
export function addSetElement(element: SetElement): NetlinkRequest {
  return { type: messageType(NFT_MSG.newSetElement), flags: netlinkFlags.create, body: body(element) }
}

/** NFT_MSG_DELSETELEM; ENOENT when it is not there. */
export function deleteSetElement(element: SetElement): NetlinkRequest {
  return { type: messageType(NFT_MSG.deleteSetElement), flags: 0, body: body(element) }
}

/** NFNL_MSG_BATCH_BEGIN and _END: what is between them happens as a whole or not at all (nfnetlink.h). Not every kernel acknowledges them. */
export function batchMark(mark: "begin" | "end"): NetlinkRequest {
  return {
    type: mark === "begin" ? NFNL_MSG_BATCH_BEGIN : NFNL_MSG_BATCH_END,
    flags: 0,
    body: Buffer.from([0, 0, 0, NFNL_SUBSYS_NFTABLES]),
    unacknowledged: true,
  }
}

const NFNL_SUBSYS_NFTABLES = 10
const NFNL_MSG_BATCH_BEGIN = 16
const NFNL_MSG_BATCH_END = 17
const NFT_MSG = { newSetElement: 12, deleteSetElement: 14 } as const
const NFTA_SET_ELEM_LIST = { table: 1, set: 2, elements: 3 } as const
const NFTA_LIST_ELEM = 1
const NFTA_SET_ELEM_KEY = 1
const NFTA_DATA_VALUE = 1
const families = { inet: 1, bridge: 7 } as const

function messageType(message: number): number {
  return (NFNL_SUBSYS_NFTABLES << 8) | message
}

function body({ family, table, set, key }: SetElement): Buffer {
  const element = nested(NFTA_LIST_ELEM, nested(NFTA_SET_ELEM_KEY, bytes(NFTA_DATA_VALUE, key)))
  return Buffer.concat([
    Buffer.from([families[family], 0, 0, 0]),
    attributes(text(NFTA_SET_ELEM_LIST.table, table), text(NFTA_SET_ELEM_LIST.set, set), nested(NFTA_SET_ELEM_LIST.elements, element)),
  ])
}
