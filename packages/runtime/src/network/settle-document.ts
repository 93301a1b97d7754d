import { randomBytes } from "node:crypto"
import { EngineError } from "../errors.js"
import { OPERATOR_TENANT } from "../spec/check-operator-only.js"
import { chooseSubnet } from "./choose-subnet.js"
import { takenSubnets } from "./host-network.js"
import { formatAddress, formatSubnet, parseSubnet, type Subnet, subnetsOverlap } from "./ipv4.js"
import type { NetworkContext } from "./network-context.js"
import type { NetworkDocument } from "./network-document.js"

interface NetworkSettings {
  name: string
  tenant: string
  /** Absent: a free one. */
  subnet?: string
  internal?: boolean
  labels?: Record<string, string>
  /** Any number; where the search for a free subnet begins. */
  preference: number
  now: number
}

/**
 * The document of a network, made when there is none. A remembered subnet that collides with a route by now
 * is chosen anew while nobody has an address of it; else it stays, with a warning.
 */
export async function settleDocument(context: NetworkContext, settings: NetworkSettings): Promise<NetworkDocument> {
  const { host, store } = context
  const existing = store.get(settings.name)
  const bridge = existing === undefined ? undefined : await host.link(existing.bridge)
  const taken = await takenSubnets(await host.routes(), bridge?.index)
  if (existing !== undefined && keepSubnet(context, existing, { taken, bridgeExists: bridge !== undefined })) return existing
  const others = store.all().flatMap(({ name, subnet }) => (name === settings.name ? [] : [parseSubnet(subnet)]))
  const subnet = settle(settings, [...taken, ...others])
  const gateway = formatAddress(subnet.base + 1)
  const document: NetworkDocument = {
    version: 1,
    id: existing?.id ?? randomBytes(32).toString("hex"),
    name: settings.name,
    tenant: settings.tenant,
    subnet: formatSubnet(subnet),
    gateway,
    bridge: existing?.bridge ?? freeBridgeName(context, settings),
    internal: existing?.internal ?? settings.internal ?? false,
    labels: existing?.labels ?? settings.labels ?? {},
    createdAt: existing?.createdAt ?? settings.now,
    lastAddress: gateway,
    leases: existing?.leases ?? {},
    tenants: existing?.tenants ?? {},
  }
  await store.create(document)
  return document
}

/** The operator's network is as large as that of earlier versions, which all tenants shared; a tenant's has 1,021 addresses. */
const prefixLengths = { operator: 20, tenant: 22 } as const
const prefixLengthBounds = { least: 16, most: 29 } as const

function settle({ subnet: wanted, tenant, preference }: NetworkSettings, taken: readonly Subnet[]): Subnet {
  if (wanted === undefined) {
    return chooseSubnet(taken, { preference, prefixLength: tenant === OPERATOR_TENANT ? prefixLengths.operator : prefixLengths.tenant })
  }
  const subnet = parseSubnet(wanted)
  if (subnet.prefixLength < prefixLengthBounds.least || subnet.prefixLength > prefixLengthBounds.most || !isUsable(subnet))
    throw new EngineError("invalid_argument", {
      facts: { subnet: wanted },
      publicMessage: `Containers cannot have ${wanted}. Take a private subnet of /${prefixLengthBounds.least} to /${prefixLengthBounds.most}, for example 10.77.0.0/24, or none.`,
    })
  const other = taken.find((each) => subnetsOverlap(each, subnet))
  if (other === undefined) return subnet
  throw new EngineError("conflict", {
    facts: { subnet: wanted, overlaps: formatSubnet(other) },
    publicMessage: `The subnet ${wanted} overlaps ${formatSubnet(other)}, which this host has already. Choose another, or none.`,
  })
}

// A tenant that could take any subnet would cut the others' containers off from that part of the internet.
function isUsable(subnet: Subnet): boolean {
  return privateRanges.some((range) => range.prefixLength <= subnet.prefixLength && subnetsOverlap(range, subnet))
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseSubnet)

// At most 15 characters: 8 of the instance, a dash, which no container's link has, and a number.
function freeBridgeName({ store, prefix }: NetworkContext, { name, tenant }: NetworkSettings): string {
  if (tenant === OPERATOR_TENANT && name === "bridge") return prefix
  const taken = new Set(store.all().map(({ bridge }) => bridge))
  for (let number = 1; ; number++) {
    const candidate = `${prefix}-${number.toString(36)}`
    if (!taken.has(candidate)) return candidate
  }
}

function keepSubnet(
  context: NetworkContext,
  document: NetworkDocument,
  found: { taken: readonly Subnet[]; bridgeExists: boolean },
): boolean {
  const route = found.taken.find((other) => subnetsOverlap(other, parseSubnet(document.subnet)))
  if (route === undefined) return true
  if (!found.bridgeExists && Object.values(document.leases).every((lease) => lease.address === undefined)) return false
  context.warn(
    `The subnet of network ${document.name} overlaps a route of this host: what lies behind that route is out of containers' reach.`,
    {
      subnet: document.subnet,
      route: formatSubnet(route),
    },
  )
  return true
}
