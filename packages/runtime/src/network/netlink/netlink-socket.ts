import { closeSync, openSync, readlinkSync } from "node:fs"
import { EngineError, errnoOf } from "../../errors.js"
import { bind, bindAsync } from "../../kernel/libc.js"
import { SystemCallError } from "../../kernel/system-call-error.js"
import { decodeMessages, encodeRequest, type NetlinkMessage, type NetlinkRequest, netlinkControl } from "./message.js"

export type NetlinkFamily = "route" | "netfilter"

/**
 * A netlink socket of one network namespace. Requests run in the kernel within sendto(2), which is called on a thread
 * of the pool because it may wait for the kernel's networking lock; answers are there when it returns.
 */
export class NetlinkSocket implements Disposable {
  readonly #fd: number
  #sequence = 0
  #last: Promise<unknown> = Promise.resolve()

  private constructor(fd: number) {
    this.#fd = fd
    callBind(fd, Buffer.from(new Uint16Array([AF_NETLINK, 0, 0, 0, 0, 0]).buffer), 12)
    callSetsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, Buffer.from([1, 0, 0, 0]), 4)
    callSetsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, Buffer.from([0, 0, 0x40, 0]), 4)
  }

  /** A socket of the network namespace this process is in. The caller disposes it. */
  static open(family: NetlinkFamily): NetlinkSocket {
    return new NetlinkSocket(openSocket(family))
  }

  /**
   * A socket of another network namespace. A socket belongs for ever to the namespace in which it was made, so the
   * calling thread goes there for the one socket(2) call and comes back before anything else can run on it. Refuses
   * (`network_failed`) this process's own namespace: a pid that was reused must never have the host reconfigured.
   */
  static openIn(namespaceFd: number, family: NetlinkFamily): NetlinkSocket {
    if (readlinkSync(`/proc/self/fd/${namespaceFd}`) === readlinkSync("/proc/thread-self/ns/net")) {
      throw new EngineError("network_failed", { facts: { op: "netlink socket", reason: "the namespace is the host's own" } })
    }
    const own = openSync("/proc/thread-self/ns/net", "r")
    try {
      callSetns(namespaceFd, CLONE_NEWNET)
      try {
        return new NetlinkSocket(openSocket(family))
      } finally {
        returnTo(own)
      }
    } finally {
      closeSync(own)
    }
  }

  /**
   * A network namespace of nobody, and a socket in it. It is there as long as one of the two is open; the caller closes both.
   */
  static openInNew(family: NetlinkFamily): { namespaceFd: number; socket: NetlinkSocket } {
    const own = openSync("/proc/thread-self/ns/net", "r")
    try {
      callUnshare(CLONE_NEWNET)
      try {
        return { socket: new NetlinkSocket(openSocket(family)), namespaceFd: openSync("/proc/thread-self/ns/net", "r") }
      } finally {
        returnTo(own)
      }
    } finally {
      closeSync(own)
    }
  }

  /**
   * Sends the requests as one batch; they are carried out in order, each on its own (one that fails does not stop the
   * next). Resolves with the messages that answer each. Rejects with SystemCallError of the first that failed.
   */
  async request(...requests: readonly NetlinkRequest[]): Promise<NetlinkMessage[][]> {
    const turn = this.#last.then(() => this.#exchange(requests))
    this.#last = turn.then(ignore, ignore)
    return turn
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }

  async #exchange(requests: readonly NetlinkRequest[]): Promise<NetlinkMessage[][]> {
    const first = this.#sequence + 1
    const data = Buffer.concat(requests.map((request) => encodeRequest(request, ++this.#sequence)))
    const sent = await callSend(this.#fd, data, data.length, 0, kernelAddress, kernelAddress.length)
    if (sent !== data.length) throw new SystemCallError("sendto (netlink)", EIO)
    const answers: NetlinkMessage[][] = requests.map(() => [])
    for (let open = requests.filter((request) => request.unacknowledged !== true).length; open > 0; ) {
      for (const message of this.#receive()) {
        const answer = answers[message.sequence - first]
        if (answer === undefined) continue
        if (message.type === netlinkControl.error) raise(message, requests[message.sequence - first])
        if (message.type === netlinkControl.error || message.type === netlinkControl.done) open--
        else answer.push(message)
      }
    }
    return answers
  }

  #receive(): NetlinkMessage[] {
    const length = callReceive(this.#fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT)
    return decodeMessages(Buffer.from(receiveBuffer.subarray(0, length)))
  }
}

// A thread that cannot come back must not go on: everything it does afterwards would happen inside of a container.
function returnTo(namespaceFd: number): void {
  try {
    callSetns(namespaceFd, CLONE_NEWNET)
  } catch (error) {
    process.stderr.write(`setns back to the host's network namespace failed: ${errnoOf(error)}\n`)
    process.abort()
  }
}

function openSocket(family: NetlinkFamily): number {
  return callSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family === "route" ? NETLINK_ROUTE : NETLINK_NETFILTER)
}

// nlmsgerr: a negative errno (0 acknowledges), then the request it answers.
function raise(message: NetlinkMessage, request: NetlinkRequest | undefined): void {
  const errno = -message.body.readInt32LE(0)
  if (errno !== 0) throw new SystemCallError(`netlink request ${request?.type ?? "?"}`, errno)
}

function ignore(): void {}

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_ROUTE = 0
const NETLINK_NETFILTER = 12
const SOL_SOCKET = 1
const SO_RCVBUFFORCE = 33
const SOL_NETLINK = 270
const NETLINK_EXT_ACK = 11
const MSG_DONTWAIT = 0x40
const CLONE_NEWNET = 0x40000000
const EIO = 5
// One for all sockets: what recv(2) wrote is copied before anything else runs.
const receiveBuffer = Buffer.allocUnsafe(256 * 1024)
const kernelAddress = Buffer.from(new Uint16Array([AF_NETLINK, 0, 0, 0, 0, 0]).buffer)

const callSocket = bind({ symbol: "socket", result: "int", arguments: ["int", "int", "int"] })
const callBind = bind({ symbol: "bind", result: "int", arguments: ["int", "void*", "unsigned int"] })
const callSetsockopt = bind({ symbol: "setsockopt", result: "int", arguments: ["int", "int", "int", "void*", "unsigned int"] })
const callSetns = bind({ symbol: "setns", result: "int", arguments: ["int", "int"] })
const callUnshare = bind({ symbol: "unshare", result: "int", arguments: ["int"] })
const callReceive = bind({ symbol: "recv", result: "long", arguments: ["int", "void*", "size_t", "int"] })
const callSend = bindAsync({ symbol: "sendto", result: "long", arguments: ["int", "void*", "size_t", "int", "void*", "unsigned int"] })
