import type { PublishedPort } from "../engine.js"
import { macAddressOf, parseAddress } from "./ipv4.js"
import type { SetElement } from "./netlink/set-elements.js"

/** Of packets that were sent to a published port, between containers. Any number that nobody else marks packets with ("plms"). */
export const REDIRECTED_MARK = 0x706c6d73

/** A network as the rules see it. */
export interface RuledNetwork {
  bridge: string
  subnet: string
  gateway: string
  /** Nothing leaves it. */
  internal: boolean
}

/** The host's end of a container's link, and what alone may come out of it. */
export interface BoundLink {
  link: string
  macAddress: string
  address: string
}

/** All that the rules of an instance depend on. */
export interface RulesetInput {
  /** Name of the nftables tables, the instance's own. */
  table: string
  /** With this the names of all its bridges and links begin. */
  prefix: string
  networks: readonly RuledNetwork[]
  links: readonly BoundLink[]
  published: readonly { address: string; port: PublishedPort }[]
  /** Numbers of the tenants whose containers reach each other, of all networks. */
  tenants: readonly number[]
  /** How many connections containers of one network may have begun that the host keeps track of; absent: the kernel cannot count them. */
  connectionsPerNetwork?: number
}

/**
 * The instance's nftables tables as one atomic transaction for `nft -f -`: whatever they held before is replaced, and no
 * packet sees a half-made state. Rules are written once: networks, links, published ports and tenants are elements of sets and maps.
 *
 * ```
 *   outside ─▶ prerouting: DNAT by map ─▶ forward: only what DNAT brought, and answers ─▶ container
 *   host    ─▶ output:     DNAT by map ─▶ postrouting: 127.0.0.0/8 masked as the bridge ─▶ container
 *   container ─▶ bridge prerouting: only with the link's own MAC and IP address
 *     ├─▶ input: only ping, answers and the network's own name server; the host's own listeners are not there for it
 *     ├─▶ forward to another bridge: only what DNAT brought
 *     └─▶ forward ─▶ postrouting: masked as the host ─▶ outside (not from an internal network)
 * ```
 */
export function renderRuleset(input: RulesetInput): string {
  const { table, prefix } = input
  return `${removeTables(table)}
table bridge ${table} {
  # Pairs of MAC addresses that may talk: each tenant's among themselves (several share only the bridge of earlier versions).
  set ${neighbours} { typeof ether saddr . ether daddr; flags interval; }
  # What each link's container was given.
  set ${bound} { typeof iifname . ether saddr . ip saddr; }
  # A made-up sender gets nowhere: neither its packets nor what it tells its neighbours' address tables.
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname != "${prefix}*" accept
    ether type ip iifname . ether saddr . ip saddr @${bound} accept
    ether type arp iifname . ether saddr . arp saddr ip @${bound} iifname . arp saddr ether . arp saddr ip @${bound} accept
    drop
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname != "${prefix}*" accept
    ether saddr . ether daddr @${neighbours} accept
    ether type arp ether daddr ff:ff:ff:ff:ff:ff accept
    # With br_netfilter the packets to a neighbour's published port are redirected inside of the bridge.
    meta mark ${redirected} accept
    drop
  }
}
table inet ${table} {
  map ${anyAddress} { typeof meta l4proto . th dport : ip daddr . th dport; }
  map ${oneAddress} { typeof ip daddr . meta l4proto . th dport : ip daddr . th dport; }
  set bridges { type ifname; ${elements(input.networks.map(({ bridge }) => `"${bridge}"`))} }
  set internal { type ifname; ${elements(input.networks.flatMap(({ bridge, internal }) => (internal ? [`"${bridge}"`] : [])))} }
  # With br_netfilter what stays on a bridge comes by here too.
  set inside { typeof iifname . oifname; ${elements(input.networks.map(({ bridge }) => `"${bridge}" . "${bridge}"`))} }
  set sources { typeof iifname . ip saddr; flags interval; ${elements(input.networks.map(({ bridge, subnet }) => `"${bridge}" . ${subnet}`))} }
  set gateways { typeof iifname . ip daddr; ${elements(input.networks.map(({ bridge, gateway }) => `"${bridge}" . ${gateway}`))} }
${connectionSet(input)}  set subnets { type ipv4_addr; flags interval; ${elements(input.networks.map(({ subnet }) => subnet))} }

  # Neither a neighbour on the wire nor a container may use 127.0.0.0/8 of the host, whatever route_localnet says.
  chain guard {
    type filter hook prerouting priority -300; policy accept;
    iifname != @bridges accept
    meta nfproto ipv6 drop
    ip daddr 127.0.0.0/8 drop
    iifname . ip saddr != @sources drop
  }
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 return
    dnat ip to ip daddr . meta l4proto . th dport map @${oneAddress}
    fib daddr type local dnat ip to meta l4proto . th dport map @${anyAddress}
  }
  # Not every kernel has connection tracking for its bridges: a mark tells them what was redirected.
  chain redirected {
    type filter hook prerouting priority -90; policy accept;
    iifname @bridges meta mark 0 ct status dnat meta mark set ${redirected}
  }
  chain output {
    type nat hook output priority -100; policy accept;
    dnat ip to ip daddr . meta l4proto . th dport map @${oneAddress}
    fib daddr type local dnat ip to meta l4proto . th dport map @${anyAddress}
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    ip saddr @subnets oifname != @bridges masquerade
    oifname @bridges ip saddr 127.0.0.0/8 masquerade
    # A container that reaches another (or itself) by a published port: the answer must come back through here.
    oifname @bridges ip saddr @subnets ct status dnat masquerade
  }
  chain input {
    type filter hook input priority 0; policy accept;
    iifname != @bridges accept
    ct state established,related accept
${connectionRule(input)}    iifname . ip daddr @gateways meta l4proto { tcp, udp } th dport 53 accept
    icmp type echo-request limit rate 50/second accept
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
${connectionRule(input)}    iifname . oifname @inside accept
    # An internal network has no way out, and none in but the host's own.
    iifname @internal reject
    oifname @internal drop
    # Link-local services of clouds hand out the host's credentials (169.254.169.254); some are the resolver too.
    iifname @bridges ip daddr 169.254.0.0/16 meta l4proto { tcp, udp } th dport 53 accept
    iifname @bridges ip daddr 169.254.0.0/16 reject
    oifname != @bridges accept
    ct state established,related accept
    ct status dnat accept
    # Neither from outside nor from one network into another.
    iifname @bridges reject
    drop
  }
}
${addNeighbours(input)}${addLinks(input)}${addElements(input)}`
}

// The table of connections is the host's: who opens them without end would leave no room for anybody else's. The kernel walks the whole list once a tick
// at most, which bounds what a larger number would be worth.
function connectionSet({ connectionsPerNetwork }: RulesetInput): string {
  return connectionsPerNetwork === undefined ? "" : `  set ${connections} { typeof iifname; size 65535; flags dynamic; }\n`
}

function connectionRule({ connectionsPerNetwork }: RulesetInput): string {
  if (connectionsPerNetwork === undefined) return ""
  return `    iifname @bridges ct state new add @${connections} { iifname ct count over ${connectionsPerNetwork} } drop\n`
}

/** Removes the instance's tables; absent ones are no error. */
export function removeTables(table: string): string {
  // Declaring a table first makes the removal of an absent one succeed.
  return ["inet", "bridge"].map((family) => `table ${family} ${table}\ndelete table ${family} ${table}\n`).join("")
}

/** Commands that let containers of a tenant talk to each other: one element a tenant, over all its MAC addresses. */
export function addNeighbours(input: Pick<RulesetInput, "table" | "tenants">): string {
  const range = (tenant: number): string => `${macAddressOf(tenant, 0)}-${macAddressOf(tenant, 0xffffff)}`
  return input.tenants.map((tenant) => `add element bridge ${input.table} ${neighbours} { ${range(tenant)} . ${range(tenant)} }\n`).join("")
}

/** Commands that publish ports: one element each. */
export function addElements(input: Pick<RulesetInput, "table" | "published">): string {
  return input.published
    .map(({ address, port }) => `add element inet ${input.table} ${mapOf(port)} { ${keyOf(port)} : ${address} . ${port.containerPort} }\n`)
    .join("")
}

/** Commands that take them back. An element that is not there fails the whole batch (ENOENT). */
export function deleteElements(input: Pick<RulesetInput, "table" | "published">): string {
  return input.published.map(({ port }) => `delete element inet ${input.table} ${mapOf(port)} { ${keyOf(port)} }\n`).join("")
}

/** The element that binds a link, for the kernel without `nft`: each field is padded to whole registers of four bytes. */
export function boundElement(table: string, { link, macAddress, address }: BoundLink): SetElement {
  const key = Buffer.alloc(28)
  key.write(link, 0, 15, "latin1")
  Buffer.from(macAddress.replaceAll(":", ""), "hex").copy(key, 16)
  key.writeUInt32BE(parseAddress(address) ?? 0, 24)
  return { family: "bridge", table, set: bound, key }
}

const redirected = `0x${REDIRECTED_MARK.toString(16)}`
const neighbours = "neighbours"
const bound = "bound"
const anyAddress = "published_any"
const oneAddress = "published_at"
const connections = "connections"

function addLinks({ table, links }: Pick<RulesetInput, "table" | "links">): string {
  const keys = links.map(({ link, macAddress, address }) => `"${link}" . ${macAddress} . ${address}`)
  return keys.length === 0 ? "" : `add element bridge ${table} ${bound} { ${keys.join(", ")} }\n`
}

// An empty list of elements is no nft.
function elements(list: readonly string[]): string {
  return list.length === 0 ? "" : `elements = { ${list.join(", ")} }`
}

function mapOf(port: PublishedPort): string {
  return port.hostAddress === "0.0.0.0" ? anyAddress : oneAddress
}

function keyOf(port: PublishedPort): string {
  const service = `${port.protocol} . ${port.hostPort}`
  return port.hostAddress === "0.0.0.0" ? service : `${port.hostAddress} . ${service}`
}
