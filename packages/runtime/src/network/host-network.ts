import { existsSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { EngineError, errnoOf } from "../errors.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { parseAddress, type Subnet } from "./ipv4.js"
import { decodeRoute, listRoutes, type Route } from "./netlink/addresses.js"
import { decodeLink, getLink, type Link, listLinks } from "./netlink/links.js"
import { attributes, decodeAttributes, type NetlinkMessage, type NetlinkRequest, netlinkFlags, readText, text } from "./netlink/message.js"
import { NetlinkSocket } from "./netlink/netlink-socket.js"
import { addSetElement, batchMark, deleteSetElement, type SetElement } from "./netlink/set-elements.js"

/** The host's side of networking: links, routes and settings of this process's network namespace. Opened on first use. */
export class HostNetwork implements Disposable {
  #route: NetlinkSocket | undefined
  #netfilter: NetlinkSocket | undefined

  /** Sends requests in order; rejects with `network_failed` (facts: operation, errno). */
  async request(operation: string, ...requests: readonly NetlinkRequest[]): Promise<NetlinkMessage[][]> {
    try {
      this.#route ??= NetlinkSocket.open("route")
      return await this.#route.request(...requests)
    } catch (error) {
      throw toEngineError(
        error,
        "network_failed",
        { op: operation },
        `The host's network could not be set up (${operation}: ${errnoOf(error) ?? "unknown error"}).`,
      )
    }
  }

  /** The device, or undefined when there is none of this name. */
  async link(name: string): Promise<Link | undefined> {
    try {
      const [answer] = await this.request("get link", getLink(name))
      const message = answer?.[0]
      return message === undefined ? undefined : decodeLink(message)
    } catch (error) {
      if (error instanceof EngineError && error.facts.errno === "ENODEV") return undefined
      throw error
    }
  }

  async links(): Promise<Link[]> {
    const [answer] = await this.request("list links", listLinks())
    return (answer ?? []).map(decodeLink)
  }

  async routes(): Promise<Route[]> {
    const [answer] = await this.request("list routes", listRoutes())
    return (answer ?? []).map(decodeRoute)
  }

  /** True when an nftables table of the `inet` family exists (NFT_MSG_GETTABLE). */
  async hasTable(name: string): Promise<boolean> {
    try {
      this.#netfilter ??= NetlinkSocket.open("netfilter")
      await this.#netfilter.request(getTable(name))
      return true
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false
      throw toEngineError(
        error,
        "network_failed",
        { op: "get nftables table", table: name },
        "nftables does not work on this host. Load the kernel module nf_tables (modprobe nf_tables).",
      )
    }
  }

  /** Names of all nftables tables of the `inet` family (NFT_MSG_GETTABLE, dump). */
  async tables(): Promise<string[]> {
    this.#netfilter ??= NetlinkSocket.open("netfilter")
    const [answer] = await this.#netfilter.request(listTables())
    return (answer ?? []).map((message) => readText(decodeAttributes(message.body.subarray(4)).get(NFTA_TABLE_NAME)) ?? "")
  }

  /** Adds and removes elements of named nftables sets, all or none; takes a fraction of a millisecond, where `nft` takes several. Rejects with `network_failed`. */
  async changeElements({ add, remove }: { add: readonly SetElement[]; remove: readonly SetElement[] }): Promise<void> {
    try {
      this.#netfilter ??= NetlinkSocket.open("netfilter")
      await this.#netfilter.request(batchMark("begin"), ...remove.map(deleteSetElement), ...add.map(addSetElement), batchMark("end"))
    } catch (error) {
      throw toEngineError(
        error,
        "network_failed",
        { op: "change nftables set" },
        `The packet filter did not take a change (${errnoOf(error) ?? "unknown error"}).`,
      )
    }
  }

  [Symbol.dispose](): void {
    this.#route?.[Symbol.dispose]()
    this.#netfilter?.[Symbol.dispose]()
    this.#route = undefined
    this.#netfilter = undefined
  }
}

/** What a new subnet must keep clear of: every route but the default one, and the host's resolvers. */
export async function takenSubnets(routes: readonly Route[], exceptLink?: number): Promise<Subnet[]> {
  const routed = routes
    .filter((route) => route.destination.prefixLength > 0 && (exceptLink === undefined || route.outputLink !== exceptLink))
    .map((route) => route.destination)
  const resolvers = [...(await readFile("/etc/resolv.conf", "utf8").catch(absent)).matchAll(/^nameserver\s+(\S+)/gm)]
    .map((match) => parseAddress(match[1] ?? ""))
    .filter((address) => address !== undefined)
  return [...routed, ...resolvers.map((base) => ({ base, prefixLength: 32 }))]
}

/** MTU of the device that has the default route, else 1500: larger packets would be lost on the way out. */
export function outgoingMtu(routes: readonly Route[], links: readonly Link[]): number {
  const route = routes.find((candidate) => candidate.destination.prefixLength === 0 && candidate.outputLink !== undefined)
  return links.find((link) => link.index === route?.outputLink)?.mtu ?? 1500
}

export function hasIpv6(): boolean {
  return existsSync("/proc/sys/net/ipv6")
}

/** Value of a setting below /proc/sys, or undefined when this kernel has none of the name. */
export async function readSetting(name: string): Promise<string | undefined> {
  const text = await readFile(settingPath(name), "utf8").catch(absent)
  return text === "" ? undefined : text.trim()
}

/** Writes a setting unless it has the value already. Rejects with `network_failed`. */
export async function writeSetting(name: string, value: string): Promise<void> {
  if ((await readSetting(name)) === value) return
  try {
    await writeFile(settingPath(name), value)
  } catch (error) {
    throw toEngineError(
      error,
      "network_failed",
      { op: "write setting", setting: name, value },
      `The kernel setting ${name} cannot be set to ${value} (${errnoOf(error)}). Set it on the host: sysctl -w ${name.replaceAll("/", ".")}=${value}`,
    )
  }
}

// Names are written with slashes: a link's name may hold a dot.
function settingPath(name: string): string {
  return `/proc/sys/${name}`
}

function absent(error: unknown): string {
  if (errnoOf(error) === "ENOENT") return ""
  throw error
}

const NFNL_SUBSYS_NFTABLES = 10
const NFT_MSG_GETTABLE = 1
const NFTA_TABLE_NAME = 1
const NFPROTO_INET = 1

function listTables(): NetlinkRequest {
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE, flags: netlinkFlags.dump, body: Buffer.from([NFPROTO_INET, 0, 0, 0]) }
}

function getTable(name: string): NetlinkRequest {
  return {
    type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE,
    flags: 0,
    body: Buffer.concat([Buffer.from([NFPROTO_INET, 0, 0, 0]), attributes(text(NFTA_TABLE_NAME, name))]),
  }
}
