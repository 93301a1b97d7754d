import type { LookupAddress } from "node:dns"
import { lookup as resolveName } from "node:dns"
import type { LookupFunction } from "node:net"
import { bareHostname, isWithin, literalReach, type Reach, reachOf } from "./address-reach.js"
import { registryInvalid } from "./registry-errors.js"

type Ceiling = Exclude<Reach, "forbidden">

export interface AddressGateOptions {
  /** Host name of the registry, as it was named by a person or in the settings. */
  hostname: string
  /** The settings name it: then its own address may be any but a forbidden one. */
  configured: boolean
  /** Injected for tests. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>
}

/**
 * Decides which addresses the requests to one registry may go to. Its own host may be private, and loopback when it is named or configured as that;
 * hosts that only its answers name (redirects, token services) may be no nearer than itself. It is asked when a connection is made, after the name
 * is resolved, and the registry's own addresses are kept for the session: a name that resolves otherwise the second time changes nothing.
 */
export class AddressGate {
  private readonly hostname: string
  private readonly named: Reach | undefined
  private own: Promise<LookupAddress[]> | undefined
  /** Of hosts that the registry's answers name. */
  private others: Ceiling

  constructor(private readonly options: AddressGateOptions) {
    this.hostname = bareHostname(options.hostname)
    this.named = literalReach(this.hostname)
    this.others = this.named === undefined || this.named === "forbidden" ? "public" : this.named
  }

  /** Throws `registry_invalid` for an address that is written out and not allowed, and for anything but http and https. */
  check(url: URL): void {
    if (url.protocol !== "https:" && url.protocol !== "http:")
      throw this.refuse(url.hostname, `${url.protocol} is no protocol of registries`)
    const literal = literalReach(url.hostname)
    if (literal !== undefined && !isWithin(literal, this.ceilingOf(bareHostname(url.hostname))))
      throw this.refuse(url.hostname, whyNot(literal))
  }

  /** For the sockets: resolves, and leaves only addresses that are allowed. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.addressesOf(bareHostname(hostname)).then(
      (addresses) => {
        const fitting = addresses.filter(({ family }) => !options.family || options.family === family || options.family === `IPv${family}`)
        const [first] = fitting
        if (options.all === true) callback(null, fitting)
        else if (first !== undefined) callback(null, first.address, first.family)
        else callback(Object.assign(new Error(`${hostname} has no address of this family`), { code: "ENOTFOUND" }), "")
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    )
  }

  private addressesOf(hostname: string): Promise<LookupAddress[]> {
    if (hostname !== this.hostname) return this.resolve(hostname)
    this.own ??= this.resolve(hostname).then((addresses) => {
      if (this.named === undefined) this.others = farthest(addresses)
      return addresses
    })
    return this.own
  }

  private async resolve(hostname: string): Promise<LookupAddress[]> {
    const addresses = await (this.options.resolve ?? resolveAll)(hostname)
    const ceiling = this.ceilingOf(hostname)
    const allowed = addresses.filter(({ address }) => isWithin(reachOf(address), ceiling))
    const [first] = addresses
    if (allowed.length === 0 && first !== undefined) throw this.refuse(hostname, whyNot(reachOf(first.address)))
    return allowed
  }

  private ceilingOf(hostname: string): Ceiling {
    if (hostname !== this.hostname) return this.others
    return this.options.configured || this.named === "loopback" ? "loopback" : "private"
  }

  private refuse(hostname: string, why: string): Error {
    const own = bareHostname(hostname) === this.hostname
    return registryInvalid(this.hostname, own ? why : `it points to ${hostname.slice(0, 100)}: ${why}`, {
      hostname: hostname.slice(0, 100),
    })
  }
}

function whyNot(reach: Reach): string {
  if (reach === "forbidden") return "that is a link-local, metadata or otherwise forbidden address"
  return reach === "loopback"
    ? "that is this host's own loopback, which only a registry that is named as such (localhost, 127.0.0.1) may be at"
    : "that is a private address, and the registry itself is a public one"
}

function farthest(addresses: readonly LookupAddress[]): Ceiling {
  const reaches = addresses.map(({ address }) => reachOf(address))
  if (reaches.length === 0 || reaches.includes("public")) return "public"
  return reaches.includes("private") ? "private" : "loopback"
}

function resolveAll(hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    resolveName(hostname, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)))
  })
}
