import type { PublishedPort } from "../engine.js"
import { macAddressOf } from "./ipv4.js"

/** All that the rules of an instance depend on. */
export interface RulesetInput {
  /** Name of the nftables table, the instance's own. */
  table: string
  bridge: string
  subnet: string
  published: readonly { address: string; port: PublishedPort }[]
  /** Numbers of the tenants whose containers reach each other. */
  tenants: readonly number[]
}

/**
 * The instance's nftables tables as one atomic transaction for `nft -f -`: whatever they held before is replaced, and no
 * packet sees a half-made state. Rules are written once; a published port is one element of a map, a tenant one of a set.
 *
 * ```
 *   outside ─▶ prerouting: DNAT by map ─▶ forward: only what DNAT brought, and answers ─▶ container
 *   host    ─▶ output:     DNAT by map ─▶ postrouting: 127.0.0.0/8 masked as the bridge ─▶ container
 *   container ─▶ input: only ping and answers; the host's own listeners are not there for it
 *   container ─▶ forward ─▶ postrouting: masked as the host ─▶ outside
 * ```
 */
export function renderRuleset(input: RulesetInput): string {
  const { table, bridge, subnet } = input
  return `${removeTables(table)}
table bridge ${table} {
  # Pairs of MAC addresses that may talk: each tenant's among themselves.
  set ${neighbours} { typeof ether saddr . ether daddr; flags interval; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    # Names of the bridge's ports begin with its own.
    iifname != "${bridge}*" accept
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

  # Neither a neighbour on the wire nor a container may use 127.0.0.0/8 of the host, whatever route_localnet says.
  chain guard {
    type filter hook prerouting priority -300; policy accept;
    iifname "${bridge}" ip daddr 127.0.0.0/8 drop
    iifname "${bridge}" ip saddr != ${subnet} drop
    iifname "${bridge}" meta nfproto ipv6 drop
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
    iifname "${bridge}" meta mark 0 ct status dnat meta mark set ${redirected}
  }
  chain output {
    type nat hook output priority -100; policy accept;
    dnat ip to ip daddr . meta l4proto . th dport map @${oneAddress}
    fib daddr type local dnat ip to meta l4proto . th dport map @${anyAddress}
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    ip saddr ${subnet} oifname != "${bridge}" masquerade
    oifname "${bridge}" ip saddr 127.0.0.0/8 masquerade
    # A container that reaches a neighbour (or itself) by a published port: the answer must come back through here.
    oifname "${bridge}" ip saddr ${subnet} ct status dnat masquerade
  }
  chain input {
    type filter hook input priority 0; policy accept;
    iifname != "${bridge}" accept
    ct state established,related accept
    icmp type echo-request limit rate 50/second accept
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    # Link-local services of clouds hand out the host's credentials (169.254.169.254); some are the resolver too.
    iifname "${bridge}" ip daddr 169.254.0.0/16 meta l4proto { tcp, udp } th dport 53 accept
    iifname "${bridge}" ip daddr 169.254.0.0/16 reject
    oifname != "${bridge}" accept
    iifname "${bridge}" accept
    ct state established,related accept
    ct status dnat accept
    drop
  }
}
${addNeighbours(input)}${addElements(input)}`
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

/** Any number that nobody else marks packets with ("plms"). */
const redirected = "0x706c6d73"
const neighbours = "neighbours"
const anyAddress = "published_any"
const oneAddress = "published_at"

function mapOf(port: PublishedPort): string {
  return port.hostAddress === "0.0.0.0" ? anyAddress : oneAddress
}

function keyOf(port: PublishedPort): string {
  const service = `${port.protocol} . ${port.hostPort}`
  return port.hostAddress === "0.0.0.0" ? service : `${port.hostAddress} . ${service}`
}
