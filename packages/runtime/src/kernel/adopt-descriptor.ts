import { closeSync } from "node:fs"
import { type OnReadOpts, Socket } from "node:net"
import { bind } from "./libc.js"

/**
 * A socket of node:net over a descriptor of a kind that node:net knows nothing of, where read(2) gives one packet a call. node:net takes over a
 * descriptor only if it is a stream socket; one half of a socket pair is, and dup3(2) then puts the other in its place before anything was
 * read. The given descriptor stays the caller's: what is behind it ends when both are closed.
 */
export function adoptDescriptor(descriptor: number, options: { writable: boolean; allowHalfOpen?: boolean; onread: OnReadOpts }): Socket {
  const pair = Buffer.alloc(8)
  callSocketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)
  const ours = pair.readInt32LE(0)
  closeSync(pair.readInt32LE(4))
  // `onread` works for any socket; the types have it for those that connect by themselves only.
  const socketOptions = { fd: ours, readable: true, ...options }
  const socket = new Socket(socketOptions)
  callDup3(descriptor, ours, O_CLOEXEC)
  return socket
}

// linux/socket.h
const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const O_CLOEXEC = 0o2000000

const callSocketpair = bind({ symbol: "socketpair", result: "int", arguments: ["int", "int", "int", "void*"] })
const callDup3 = bind({ symbol: "dup3", result: "int", arguments: ["int", "int", "int"] })
